"""The agents as cards: how each did lately, what a run takes and costs, and when it runs next."""
