"""Sums over all executions, from their totals and the few rows that are active: never from the history."""

from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum

from executions.models import Execution, ExecutionTotal, Status
from system.money import UNIT_USD


def average_usd(total: Decimal, count: int) -> Decimal:
    """For display: rounded to the places an amount has; 0 of nothing."""
    return (total / count).quantize(UNIT_USD) if count else Decimal(0)


def percent(part: int, whole: int) -> float:
    return round(part * 100 / whole, 2) if whole else 0.0


def count_active(agent_type: str | None = None) -> dict[str, int]:
    """How many are pending and how many are running."""
    rows = Execution.objects.active()
    if agent_type is not None:
        rows = rows.of_agent(agent_type)
    counts = dict(rows.order_by().values_list("status").annotate(Count("id")))
    return {status.value: counts.get(status.value, 0) for status in (Status.PENDING, Status.RUNNING)}


def execution_stats(agent_type: str | None) -> dict[str, Any]:
    """What schemas.StatsOut describes (row 28 of the seed)."""
    totals = ExecutionTotal.objects.all()
    if agent_type is not None:
        totals = totals.filter(agent_type=agent_type)
    ended = completed = duration_ms = 0
    cost = Decimal(0)
    sums = totals.values_list("status").annotate(Sum("executions"), Sum("duration_ms"), Sum("cost_usd"))
    for status, executions, took, spent in sums:
        ended += executions
        duration_ms += took
        cost += spent
        if status == Status.COMPLETED:
            completed = executions
    total = ended + sum(count_active(agent_type).values())
    return {
        "total": total,
        "avg_duration": round(duration_ms / ended, 1) if ended else 0.0,
        "avg_cost": average_usd(cost, ended),
        "success_rate": percent(completed, total),
    }
