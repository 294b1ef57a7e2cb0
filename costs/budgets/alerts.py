"""Saying that a budget is half, nearly and wholly used up: once per threshold and window."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Sum
from django.utils import timezone

from costs.budgets.sums import RECORD_TOKENS, in_scope
from costs.budgets.usage import Cap, Usage, caps_of, states_of
from costs.budgets.wording import amount_text, reset_text, rounded_text, title_of
from costs.models import Budget, CostRecord, Period
from executions.models import Execution
from system.alerts import raise_alert
from system.models import Severity

THRESHOLDS = {50: Severity.INFO, 80: Severity.WARNING, 100: Severity.CRITICAL}
# A run that has just ended is looked at once more: its last costs may have come with its end.
JUST_ENDED = timedelta(minutes=10)


def check_budget_alerts(now: datetime | None = None, *, execution_id: int | None = None) -> int:
    """How many alerts were raised. `execution_id` is the one that budgets of each execution look at."""
    now = now or timezone.now()
    budgets = list(Budget.objects.filter(enabled=True))
    raised = 0
    for state in states_of(budgets, now):
        if state.window is not None:
            raised += _raise_passed(state.budget, state.caps, f"{state.window.first:%Y-%m-%d}", now)
    of_each_run = [budget for budget in budgets if budget.period == Period.EXECUTION]
    runs = _runs_of(execution_id, now) if of_each_run else ()
    for budget in of_each_run:
        for execution, usage in _usage_by_run(budget, runs):
            raised += _raise_passed(budget, caps_of(budget, usage), f"execution-{execution}", now)
    return raised


def _raise_passed(budget: Budget, caps: Iterable[Cap], occasion: str, now: datetime) -> int:
    cap = max(caps, key=lambda cap: cap.share, default=None)
    if cap is None:
        return 0
    passed = [threshold for threshold in THRESHOLDS if cap.share * 100 >= threshold]
    return sum(_raise(budget, cap, threshold, occasion, now) for threshold in passed)


def _raise(budget: Budget, cap: Cap, threshold: int, occasion: str, now: datetime) -> bool:
    spent, limit = amount_text(cap.column, cap.spent), amount_text(cap.column, cap.limit)
    return raise_alert(
        kind="budget",
        key=f"budget:{budget.name}:{occasion}:{threshold}",
        severity=THRESHOLDS[threshold],
        title=f"Budget {budget.name}: {threshold} % used",
        detail=f"{title_of(budget)} has used up {rounded_text(cap.column, cap.spent)} of {limit}."
        f" {reset_text(budget, now)}",
        data={
            "budget": budget.name,
            "cap": cap.column,
            "spent": spent,
            "limit": limit,
            "threshold": threshold,
            "occasion": occasion,
        },
    )


def _usage_by_run(budget: Budget, runs: Collection[int]) -> Iterator[tuple[int, Usage]]:
    rows = in_scope(budget, CostRecord.objects.filter(execution_id__in=runs)).order_by()
    sums = rows.values_list("execution_id").annotate(
        usd=Sum("total_cost_usd"), tokens=Sum(RECORD_TOKENS), turns=Count("id")
    )
    for execution_id, usd, tokens, turns in sums:
        yield execution_id, Usage(usd or Decimal(0), Decimal(0), tokens, 0, turns, 0)


def _runs_of(execution_id: int | None, now: datetime) -> set[int]:
    if execution_id is not None:
        return {execution_id}
    lately = CostRecord.objects.filter(timestamp__gte=now - JUST_ENDED, execution__isnull=False)
    ended = lately.order_by().values_list("execution_id", flat=True).distinct()
    return {*Execution.objects.active().values_list("pk", flat=True), *filter(None, ended)}
