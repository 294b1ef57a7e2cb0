"""What budgets say before a run is launched, when nothing has been spent on it yet."""

from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from costs.budgets.applying import Subject, hard_budgets
from costs.budgets.errors import BudgetExceeded
from costs.budgets.usage import BudgetState, Cap, states_of
from costs.budgets.wording import unpriced_text
from costs.models import Budget
from costs.price_book import current_prices


def has_hard_budgets() -> bool:
    """Whether there is any that `check_launch` could find used up."""
    return Budget.objects.filter(enabled=True, is_hard=True).exists()


def check_launch(subject: Subject) -> None:
    """Raise BudgetExceeded where a hard budget has nothing left for this run.

    A subject with a model would ask it, and could not go on without. In the launch's transaction: two
    launches cannot both take the last run.
    """
    now = timezone.now()
    is_priced = not subject.model or current_prices().find(subject.model, now) is not None
    for state in states_of(hard_budgets(subject), now):
        if not is_priced:
            _refuse_unpriced(state, subject.model, now)
        for cap in state.caps:
            _require_left(state, cap, subject, now)


def _require_left(state: BudgetState, cap: Cap, subject: Subject, now: datetime) -> None:
    if not cap.is_used_up:
        return
    if cap.column == "max_runs":
        raise BudgetExceeded(state.budget, cap, "no other run is launched", at=now)
    if subject.model:
        raise BudgetExceeded(state.budget, cap, "no run that asks a model is launched", at=now)


def _refuse_unpriced(state: BudgetState, model: str, now: datetime) -> None:
    limit = state.budget.amount_usd
    if limit is not None:
        unused = Cap("amount_usd", limit, Decimal(0), Decimal(0))
        cap = next((cap for cap in state.caps if cap.column == "amount_usd"), unused)
        raise BudgetExceeded(state.budget, cap, unpriced_text(model), at=now)
