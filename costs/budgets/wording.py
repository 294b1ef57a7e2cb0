"""A budget in words: which it is, what is left of it, and when it begins anew."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from costs.budgets.usage import BudgetState, Cap
from costs.budgets.windows import window_of
from costs.models import Budget, Scope
from costs.models.budgets import CAPS
from system.money import text_of
from system.readable import read_rounded

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
    """ "0.25 USD", "2,000,000 tokens", "1 run"."""
    if isinstance(amount, Decimal):
        return f"{text_of(amount)} {UNITS[column]}"
    return f"{amount:,} {UNITS[column].removesuffix('s') if amount == 1 else UNITS[column]}"


def rounded_text(column: str, amount: Decimal | int) -> str:
    """The same for the eye: "4.06 USD" of 4.055925999867."""
    if isinstance(amount, Decimal):
        return f"{read_rounded(amount)} {UNITS[column]}"
    return amount_text(column, amount)


def state_text(budget: Budget, cap: Cap) -> str:
    """The cap and how far it is used up, without a full stop."""
    allowed, spent, reserved = (
        amount_text(cap.column, amount) for amount in (cap.limit, cap.spent, cap.reserved)
    )
    if cap.column == "max_runs":
        return f"{title_of(budget)} allows {allowed}: {spent} {'was' if cap.spent == 1 else 'were'} begun"
    are = "is" if cap.column != "amount_usd" and cap.spent == 1 else "are"
    return f"{title_of(budget)} allows {allowed}: {spent} {are} spent and {reserved} reserved"


def allowed_text(budget: Budget) -> str:
    """All caps of it, as in "0.5 USD, 20 runs"."""
    caps = ((name, getattr(budget, name)) for name in CAPS)
    return ", ".join(amount_text(name, cap) for name, cap in caps if cap is not None)


def used_text(state: BudgetState, text: Callable[[str, Decimal | int], str] = amount_text) -> str:
    """As in "0.27 of 0.5 USD, 2 of 20 runs"; one of each execution says what each may use up."""
    if not state.caps:
        return allowed_text(state.budget)
    return ", ".join(
        f"{text(cap.column, cap.spent).split()[0]} of {amount_text(cap.column, cap.limit)}"
        for cap in state.caps
    )


def unpriced_text(model: str) -> str:
    return f"{model} has no known price, and nothing is spent that cannot be counted"


def reset_text(budget: Budget, at: datetime) -> str:
    window = window_of(budget.period, at)
    if window is None:
        return "Within this run it never resets."
    return f"It resets at {local_text(window.resets_at)}."


def local_text(moment: datetime) -> str:
    """In TIME_ZONE, which is named: what resets here does not reset elsewhere."""
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M} ({timezone.get_current_timezone_name()})"
