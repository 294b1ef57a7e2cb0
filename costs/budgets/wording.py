"""A budget in words: which it is, what is left of it, and when it begins anew."""

from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from costs.budgets.usage import Cap
from costs.budgets.windows import window_of
from costs.models import Budget, Scope
from system.money import text_of

UNITS = {"amount_usd": "USD", "max_tokens": "tokens", "max_turns": "requests", "max_runs": "runs"}


def title_of(budget: Budget) -> str:
    """An unsaved one is a limit that stands elsewhere and has no name but its own."""
    if budget.pk is None:
        return budget.name
    return f"The budget {budget.name} ({scope_of(budget)}, {period_of(budget)})"


def scope_of(budget: Budget) -> str:
    """ "everything", or as in "agent disk-space"."""
    return "everything" if budget.scope == Scope.ALL else f"{budget.scope} {budget.scope_value}"


def period_of(budget: Budget) -> str:
    return f"each {budget.period}"


def amount_text(column: str, amount: Decimal | int) -> str:
    number = text_of(amount) if isinstance(amount, Decimal) else str(amount)
    return f"{number} {UNITS[column]}"


def state_text(budget: Budget, cap: Cap) -> str:
    """The cap and how far it is used up, without a full stop."""
    allowed, spent, reserved = (
        amount_text(cap.column, amount) for amount in (cap.limit, cap.spent, cap.reserved)
    )
    if cap.column == "max_runs":
        return f"{title_of(budget)} allows {allowed}: {spent} were begun"
    return f"{title_of(budget)} allows {allowed}: {spent} are spent and {reserved} reserved"


def reset_text(budget: Budget, at: datetime) -> str:
    window = window_of(budget.period, at)
    if window is None:
        return "Within this run it never resets."
    return f"It resets at {local_text(window.resets_at)}."


def local_text(moment: datetime) -> str:
    """In TIME_ZONE, which is named: what resets here does not reset elsewhere."""
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M} ({timezone.get_current_timezone_name()})"
