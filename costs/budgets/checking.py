"""What a budget must be like, said before it is stored; the console's form and the API both ask here."""

from collections.abc import Iterator

from django.core.exceptions import ValidationError

from costs.budgets.sums import in_scope
from costs.models import Budget, DailyCost, Period, Scope
from costs.models.budgets import CAPS
from costs.price_book import current_prices
from executions.text import without_nul
from system.money import units_of
from system.wire import BIGGEST

COUNTS = ("max_runs", "max_tokens", "max_turns")
WHICH = {
    Scope.AGENT: "an agent's slug, as in disk-space",
    Scope.MODEL: "a model's id, as in claude-haiku-5-5",
    Scope.NODE: "a node's name",
    Scope.SCHEDULE: "a schedule's slug",
}


def normalise_budget(budget: Budget) -> None:
    """A model stands in it by the price list's own name, so that a dated id means the same."""
    budget.scope_value = budget.scope_value.strip()
    if budget.scope == Scope.MODEL and budget.scope_value:
        budget.scope_value = current_prices().name_of(budget.scope_value)


def is_unheard_of(budget: Budget) -> bool:
    """Whether nothing in the ledger is of what it holds for: new, or its name is mistyped."""
    return budget.scope != Scope.ALL and not in_scope(budget, DailyCost.objects.all()).exists()


def problems_of(budget: Budget) -> Iterator[tuple[str, str]]:
    """Pairs of a field and what is wrong with it."""
    yield from _scope_problems(budget)
    yield from _cap_problems(budget)


def _scope_problems(budget: Budget) -> Iterator[tuple[str, str]]:
    if budget.scope not in Scope.values:
        yield "scope", f"There is no scope {budget.scope!r}; known are: {', '.join(Scope.values)}."
    elif budget.scope == Scope.ALL and budget.scope_value:
        yield "scope_value", "A budget for everything names nothing: leave it empty, or choose a scope."
    elif budget.scope != Scope.ALL and not budget.scope_value:
        yield "scope_value", f"Say which: {WHICH[Scope(budget.scope)]}."
    if without_nul(budget.scope_value) != budget.scope_value:
        yield "scope_value", "It holds a NUL character."
    if budget.period not in Period.values:
        yield "period", f"There is no period {budget.period!r}; known are: {', '.join(Period.values)}."


def _cap_problems(budget: Budget) -> Iterator[tuple[str, str]]:
    if all(getattr(budget, cap) is None for cap in CAPS):
        yield "amount_usd", f"Give at least one cap: {', '.join(CAPS)}."
    yield from _amount_problems(budget)
    for column in COUNTS:
        count = getattr(budget, column)
        if count is not None and not 1 <= count <= BIGGEST:
            yield column, f"A cap is from 1 to {BIGGEST}; disable the agent to let nothing through."
    if budget.max_runs is not None and budget.scope == Scope.MODEL:
        yield "max_runs", "A run is not of one model: count its requests with max_turns."
    if budget.max_runs is not None and budget.period == Period.EXECUTION:
        yield "max_runs", "An execution is one run: choose a day, a week or a month."


def _amount_problems(budget: Budget) -> Iterator[tuple[str, str]]:
    if budget.amount_usd is None:
        return
    try:
        if units_of(budget.amount_usd) <= 0:
            yield "amount_usd", "An amount is more than 0; disable the agent to let nothing through."
    except ValidationError as error:
        yield "amount_usd", " ".join(error.messages)
