"""What the dashboard shows, at a cost that does not grow with the history: daily sums, and what is active."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Max, Min, QuerySet, Sum
from django.utils import timezone

from costs.models import DailyCost
from executions.models import DailyExecutions, Execution, ExecutionEvent, Status
from executions.statistics import average_usd, count_active, percent
from system.models import SystemMetric
from system.thresholds import Health

CACHED_SECONDS = 30
ACTIVITY = (
    "agent_type", "status", "started_at", "completed_at", "duration_ms", "cost_usd", "result_summary",
)  # fmt: skip


def dashboard_stats() -> dict[str, Any]:
    """Row 35 of the seed (schemas.DashboardStats)."""
    return {**_history(), "system_health": _system_health()}


def _history() -> dict[str, Any]:
    """Kept for 30 s, and only while nothing happens: every change of an execution is an event.

    The last event's number is part of the key, so that a run that ends in another process is seen at once.
    """
    last_event = ExecutionEvent.objects.aggregate(last=Max("id"))["last"]
    today = timezone.localdate()
    key = f"dashboard:stats:{today}:{last_event}"
    found: dict[str, Any] | None = cache.get(key)
    if found is None:
        found = _count_history(today)
        cache.set(key, found, CACHED_SECONDS)
    return found


def _count_history(today: date) -> dict[str, Any]:
    sums = {
        status: values
        for status, *values in DailyExecutions.objects.values_list("status").annotate(
            Sum("executions"), Sum("duration_ms"), Min("fastest_ms"), Max("slowest_ms")
        )
    }
    completed, took, fastest, slowest = sums.get(Status.COMPLETED, (0, 0, 0, 0))
    return {
        "execution_stats": _execution_stats({status: values[0] for status, values in sums.items()}),
        "cost_stats": _cost_stats(today),
        "performance_stats": {
            "average_duration": round(took / completed, 1) if completed else 0.0,
            "fastest": fastest or 0,
            "slowest": slowest or 0,
        },
    }


def _execution_stats(ended: Mapping[str, int]) -> dict[str, Any]:
    counts = {status.value: ended.get(status.value, 0) for status in Status} | count_active()
    total = sum(counts.values())
    return {"total": total, **counts, "completion_rate": percent(counts[Status.COMPLETED], total)}


def _cost_stats(today: date) -> dict[str, Any]:
    this_month = today.replace(day=1)
    last_month = (this_month - timedelta(days=1)).replace(day=1)
    spent = _spent(DailyCost.objects.filter(day__gte=this_month))
    ended = DailyExecutions.objects.filter(day__gte=this_month).aggregate(
        count=Sum("executions", default=0), cost=Sum("cost_usd", default=Decimal(0))
    )
    return {
        "current_month": spent["cost"],
        "last_month": _spent(DailyCost.objects.filter(day__gte=last_month, day__lt=this_month))["cost"],
        "average_per_execution": average_usd(ended["cost"], ended["count"]),
        "total_tokens": spent["tokens"],
    }


def _spent(days: QuerySet[DailyCost]) -> dict[str, Any]:
    return days.aggregate(cost=Sum("cost_usd", default=Decimal(0)), tokens=Sum("tokens_used", default=0))


def _system_health() -> dict[str, Any]:
    metric = SystemMetric.objects.newest_first().first()
    return {
        "status": metric.overall_health if metric else Health.HEALTHY.value,
        "cpu": (metric and metric.cpu_usage_percent) or 0,
        "memory": (metric and metric.memory_usage_percent) or 0,
        "disk": (metric and metric.disk_usage_percent) or 0,
    }


def recent_activity(limit: int) -> dict[str, Any]:
    """Row 36 of the seed (schemas.ActivityList)."""
    rows = Execution.objects.newest_first().values("uid", *ACTIVITY)[:limit]
    items = [{"id": row.pop("uid"), **row} for row in rows]
    return {"items": items, "count": len(items)}


@dataclass
class _Performance:
    total: int = 0
    successful: int = 0
    failed: int = 0
    ended: int = 0
    duration_ms: int = 0
    cost: Decimal = Decimal(0)
    last: datetime | None = None

    def see(self, at: datetime | None) -> None:
        if at is not None and (self.last is None or at > self.last):
            self.last = at


def agent_performance() -> dict[str, Any]:
    """Row 37 of the seed (schemas.AgentPerformanceList): what ran most first."""
    agents: dict[str, _Performance] = defaultdict(_Performance)
    for row in DailyExecutions.objects.values("agent_type", "status").annotate(
        count=Sum("executions"), took=Sum("duration_ms"), cost=Sum("cost_usd"), last=Max("last_started_at")
    ):
        agent = agents[row["agent_type"]]
        agent.total += row["count"]
        agent.ended += row["count"]
        agent.successful += row["count"] if row["status"] == Status.COMPLETED else 0
        agent.failed += row["count"] if row["status"] == Status.FAILED else 0
        agent.duration_ms += row["took"]
        agent.cost += row["cost"]
        agent.see(row["last"])
    for agent_type, count, last in _active_by_agent():
        agents[agent_type].total += count
        agents[agent_type].see(last)
    items = [_shown(agent_type, agent) for agent_type, agent in agents.items()]
    items.sort(key=lambda item: (-item["total_executions"], item["agent_type"]))
    return {"items": items, "count": len(items)}


def _active_by_agent() -> Any:
    rows = Execution.objects.active().order_by().values_list("agent_type")
    return rows.annotate(Count("id"), Max("started_at"))


def _shown(agent_type: str, agent: _Performance) -> dict[str, Any]:
    return {
        "agent_type": agent_type,
        "total_executions": agent.total,
        "successful_executions": agent.successful,
        "failed_executions": agent.failed,
        "avg_duration": round(agent.duration_ms / agent.ended, 1) if agent.ended else 0.0,
        "total_cost": agent.cost,
        "avg_cost": average_usd(agent.cost, agent.ended),
        "last_executed": agent.last,
    }
