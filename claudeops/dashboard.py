"""What the dashboard shows, at a cost that does not grow with the history: totals, and what is active."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Min, Sum
from django.utils import timezone

from costs.months import month_before, month_of
from costs.sums import month_sums
from executions.models import Execution, ExecutionTotal, Status
from executions.statistics import average_usd, count_active, percent
from system.models import SystemMetric
from system.thresholds import Health

ACTIVITY = (
    "agent_type", "status", "started_at", "completed_at", "duration_ms", "cost_usd", "result_summary",
)  # fmt: skip


def dashboard_stats() -> dict[str, Any]:
    """Row 35 of the seed (schemas.DashboardStats).

    No cache (the seed's 30 s): what is read are a few rows for each agent and 62 days at most, and a run that
    ends, a repair and a new price are in the next answer, whichever process they happened in.
    """
    return {**_history(), "cost_stats": _cost_stats(), "system_health": _system_health()}


def _history() -> dict[str, Any]:
    sums = {
        status: values
        for status, *values in ExecutionTotal.objects.values_list("status").annotate(
            Sum("executions"), Sum("duration_ms"), Min("fastest_ms"), Max("slowest_ms")
        )
    }
    completed, took, fastest, slowest = sums.get(Status.COMPLETED, (0, 0, 0, 0))
    return {
        "execution_stats": _execution_stats({status: values[0] for status, values in sums.items()}),
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


def _cost_stats() -> dict[str, Any]:
    month = month_of(timezone.now())
    spent = month_sums(month, "cost_usd", "executions", "tokens_used")
    return {
        "current_month": spent["cost_usd"],
        "last_month": month_sums(month_before(month), "cost_usd")["cost_usd"],
        "average_per_execution": average_usd(spent["cost_usd"], spent["executions"]),
        "total_tokens": spent["tokens_used"],
    }


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
    for row in ExecutionTotal.objects.values("agent_type", "status").annotate(
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
