"""How far budgets are used up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, OuterRef, QuerySet, Value

from costs.budgets.sums import ledger_of, runs_in
from costs.budgets.windows import Window, window_of
from costs.models import Budget, Period, Scope
from executions.models import Execution

AT_ONCE = 50  # SQLite takes a few hundred SELECTs in one statement


@dataclass(frozen=True)
class Usage:
    """What is spent and what is promised; runs are those that were begun, and no promise is made of them."""

    spent_usd: Decimal
    reserved_usd: Decimal
    tokens: int
    reserved_tokens: int
    turns: int
    reserved_turns: int
    runs: int = 0


@dataclass(frozen=True)
class Cap:
    """One limit of a budget, named by its column, and how far it is used up."""

    column: str
    limit: Decimal | int
    spent: Decimal | int
    reserved: Decimal | int

    @property
    def is_used_up(self) -> bool:
        return self.spent + self.reserved >= self.limit

    @property
    def share(self) -> Decimal:
        """Of what is spent; a promise may yet turn out to be less."""
        return Decimal(self.spent) / Decimal(self.limit) if self.limit else Decimal(1)


@dataclass(frozen=True)
class BudgetState:
    """A budget and how it stands. One of each execution has neither window nor caps: each run has its own."""

    budget: Budget
    window: Window | None
    usage: Usage | None

    @property
    def caps(self) -> list[Cap]:
        return [] if self.usage is None else caps_of(self.budget, self.usage)

    @property
    def share(self) -> Decimal | None:
        """Of the cap that is nearest to its limit."""
        return max((cap.share for cap in self.caps), default=None)

    @property
    def is_exhausted(self) -> bool:
        return any(cap.is_used_up for cap in self.caps)


def caps_of(budget: Budget, usage: Usage) -> list[Cap]:
    columns: list[tuple[str, Decimal | int, Decimal | int]] = [
        ("amount_usd", usage.spent_usd, usage.reserved_usd),
        ("max_tokens", usage.tokens, usage.reserved_tokens),
        ("max_turns", usage.turns, usage.reserved_turns),
        ("max_runs", usage.runs, 0),
    ]
    return [
        Cap(column, limit, spent, reserved)
        for column, spent, reserved in columns
        if (limit := getattr(budget, column)) is not None
    ]


def states_of(budgets: Sequence[Budget], at: datetime) -> list[BudgetState]:
    """In the order of `budgets`, a query for fifty kinds of them. What two look at is added up once."""
    asked = {_subject(budget): budget for budget in budgets if budget.period != Period.EXECUTION}
    usages = _usages(list(asked.values()), at)
    found = {subject: usages.get(budget.pk) for subject, budget in asked.items()}
    return [
        BudgetState(budget, window_of(budget.period, at), found.get(_subject(budget))) for budget in budgets
    ]


def _subject(budget: Budget) -> tuple[str, str, str]:
    """Two budgets of the same one have used up the same: a soft and a hard limit, or dollars and runs."""
    return budget.scope, budget.scope_value, budget.period


def usage_for(budget: Budget, at: datetime, execution_id: int) -> Usage:
    """How `budget`, which may be unsaved, stands for one execution that it applies to."""
    return Usage(*_row(Execution.objects.filter(pk=execution_id), budget, at, execution_id).get()[1:])


def _usages(budgets: Sequence[Budget], at: datetime) -> dict[int, Usage]:
    alike: dict[tuple[str, str, str], list[int]] = {}
    for budget in budgets:
        alike.setdefault(_kind(budget), []).append(budget.pk)
    rows_of_kinds = [
        _row(Budget.objects.filter(pk__in=keys), _any_of(kind), at) for kind, keys in alike.items()
    ]
    usages = {}
    for start in range(0, len(rows_of_kinds), AT_ONCE):
        rows = rows_of_kinds[start : start + AT_ONCE]
        for pk, *amounts in rows[0].union(*rows[1:], all=True):
            usages[pk] = Usage(*amounts)
    return usages


def _kind(budget: Budget) -> tuple[str, str, str]:
    """Those of a kind are asked for by one SELECT; a model has spellings of its own, which Python knows."""
    return budget.scope, budget.period, budget.scope_value if budget.scope == Scope.MODEL else ""


def _any_of(kind: tuple[str, str, str]) -> Budget:
    """A budget that stands for each row of the SELECT it is used in, whatever that one names."""
    scope, period, model = kind
    return Budget(scope=scope, period=period, scope_value=model or OuterRef("scope_value"))


def _row(
    base: QuerySet[Any], budget: Budget, at: datetime, execution_id: int | None = None
) -> QuerySet[Any, tuple[Any, ...]]:
    """For each row in `base` its key, then what Usage holds."""
    ledger, window = ledger_of(budget, at, execution_id), window_of(budget.period, at)
    return base.order_by().values_list(
        "pk",
        ledger.spent_usd,
        ledger.reserved_usd,
        ledger.spent_tokens,
        ledger.reserved_tokens,
        ledger.turns,
        ledger.reserved_turns,
        Value(0, BigIntegerField())
        if window is None or budget.scope == Scope.MODEL
        else runs_in(budget, window),
    )
