from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone

from executions.models import DailyExecutions, ExecutionTotal
from system.money import usd
from system.statements import add_up


def add_ended(
    *,
    ended_at: datetime,
    agent_type: str,
    node_id: str,
    status: str,
    started_at: datetime,
    duration_ms: int,
    cost_usd: Decimal,
    tokens_used: int,
) -> None:
    """Count one execution that has just ended; in the transaction that ends it."""
    key = {"agent_type": agent_type, "status": status}
    day = {"day": timezone.localdate(ended_at), "node_id": node_id}
    sums: dict[str, dict[str, Any]] = {
        "add": {
            "executions": 1, "duration_ms": duration_ms, "cost_usd": cost_usd, "tokens_used": tokens_used
        },
        "least": {"fastest_ms": duration_ms},
        "greatest": {"slowest_ms": duration_ms, "last_started_at": started_at},
    }  # fmt: skip
    add_up(DailyExecutions, {**day, **key}, **sums)
    add_up(ExecutionTotal, key, **sums)


def add_late_cost(
    *, ended_at: datetime, agent_type: str, node_id: str, status: str, cost_usd: Decimal, tokens_used: int
) -> None:
    """Money that became known after its execution had ended."""
    day = timezone.localdate(ended_at)
    days = DailyExecutions.objects.filter(day=day, agent_type=agent_type, node_id=node_id, status=status)
    totals = ExecutionTotal.objects.filter(agent_type=agent_type, status=status)
    sums: tuple[QuerySet[Any], ...] = (days, totals)
    for rows in sums:
        rows.update(cost_usd=F("cost_usd") + usd(cost_usd), tokens_used=F("tokens_used") + tokens_used)
