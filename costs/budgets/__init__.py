"""Budgets: what may be used up, and how it is held however many runs there are at once.

Nothing is counted here. What is spent stands in the ledger, what is promised in Reservation; a request is
sent only after one statement has found both, and its own dearest outcome, within every hard budget.
"""
