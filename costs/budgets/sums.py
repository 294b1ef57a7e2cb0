"""What has been used up under a budget, as expressions: the same ones decide and show."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import BigIntegerField, F, Q, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable, ExpressionWrapper

from costs.budgets.windows import Window, window_of
from costs.models import Budget, CostRecord, DailyCost, Reservation, Scope
from costs.price_book import current_prices
from executions.models import DailyExecutions, Execution
from system.money import UsdField

COLUMNS = {Scope.AGENT: "agent_type", Scope.NODE: "node_id", Scope.SCHEDULE: "trigger_source"}
HELD_AT_MOST = timedelta(days=7)
RECORD_TOKENS = F("input_tokens") + F("output_tokens") + F("cache_write_tokens") + F("cache_read_tokens")


class SumOf(Subquery):
    """The sum of the one column, named `amount`, of the rows of a query; 0 of none."""

    template = "(SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM (%(subquery)s) AS amounts)"


def usd_sum(rows: QuerySet[Any], column: str) -> SumOf:
    return SumOf(rows.order_by().values(amount=F(column)), output_field=UsdField())


def count_sum(rows: QuerySet[Any], amount: Any) -> SumOf:
    return SumOf(rows.order_by().values(amount=amount), output_field=BigIntegerField())


def sum_of(one: Combinable, other: Combinable, field: Any) -> Combinable:
    return ExpressionWrapper(one + other, output_field=field)


@dataclass(frozen=True)
class Ledger:
    """Where the sums of one budget stand, at one moment, or for one execution."""

    spent: QuerySet[Any]
    reserved: QuerySet[Reservation]
    is_daily: bool

    @property
    def spent_usd(self) -> SumOf:
        return usd_sum(self.spent, "cost_usd" if self.is_daily else "total_cost_usd")

    @property
    def spent_tokens(self) -> SumOf:
        return count_sum(self.spent, F("tokens_used") if self.is_daily else RECORD_TOKENS)

    @property
    def turns(self) -> SumOf:
        return count_sum(self.spent, F("records") if self.is_daily else Value(1))

    @property
    def reserved_usd(self) -> SumOf:
        return usd_sum(self.reserved, "cost_usd")

    @property
    def reserved_tokens(self) -> SumOf:
        return count_sum(self.reserved, F("tokens"))

    @property
    def reserved_turns(self) -> SumOf:
        return count_sum(self.reserved, Value(1))


def ledger_of(budget: Budget, at: datetime, execution_id: int | None = None) -> Ledger:
    """A budget of each execution needs to know which."""
    window = window_of(budget.period, at)
    spent: QuerySet[Any]
    reserved = Reservation.objects.all()
    if window is None:
        spent = CostRecord.objects.filter(execution=execution_id)
        reserved = reserved.filter(execution=execution_id or 0)
    else:
        spent = DailyCost.objects.between(window.first, window.after)
    return Ledger(in_scope(budget, spent), _promised(budget, reserved), is_daily=window is not None)


def in_scope(budget: Budget, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those of `rows` that count under `budget`; all of them have the columns of a scope."""
    if budget.scope == Scope.ALL:
        return rows
    if budget.scope == Scope.MODEL:
        return rows.filter(model_used__in=_spellings(budget.scope_value, rows))
    return rows.filter(**{COLUMNS[Scope(budget.scope)]: budget.scope_value})


def _promised(budget: Budget, rows: QuerySet[Reservation]) -> QuerySet[Reservation]:
    """A promise is of our own making: its model stands under its plain name."""
    if budget.scope == Scope.MODEL:
        return rows.filter(model_used=budget.scope_value)
    return in_scope(budget, rows)


def _spellings(model: str, rows: QuerySet[Any]) -> list[str]:
    """The ledger has a model's id as it came, with its date or a provider's prefix. Never empty."""
    prices = current_prices()
    names = rows.order_by().values_list("model_used", flat=True).distinct()
    return [model, *(name for name in names if name != model and prices.name_of(name) == model)]


def runs_in(budget: Budget, window: Window) -> Combinable:
    """Executions that ended in the window and those that wait or run now; of none that is held.

    Those of a schedule are counted by when they were launched: daily sums know no schedule.
    """
    if budget.scope == Scope.SCHEDULE:
        return count_sum(_launched(budget, window), Value(1))
    ended = DailyExecutions.objects.filter(day__gte=window.first, day__lt=window.after)
    return sum_of(
        count_sum(in_scope(budget, ended), F("executions")),
        count_sum(in_scope(budget, Execution.objects.admitted()), Value(1)),
        BigIntegerField(),
    )


def _launched(budget: Budget, window: Window) -> QuerySet[Execution]:
    """What was held until the window began counts in it, unless it waited for longer than HELD_AT_MOST."""
    is_held = Q(status="pending", queued_at__isnull=True)
    return Execution.objects.filter(
        Q(created_at__gte=window.start) | Q(started_at__gte=window.start),
        ~is_held,
        trigger_source=budget.scope_value,
        created_at__gte=window.start - HELD_AT_MOST,
        created_at__lt=window.resets_at,
    )
