"""Runs of the past, with whatever they cost: written by the ledger's own writers, at times of our choice."""

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from costs.models import CostRecord
from costs.rates import shipped_prices
from costs.services import insert_record, make_record
from executions.models import Execution, Status
from executions.services import writing
from executions.services.rollups import add_ended

HAIKU, SONNET = "claude-haiku-5-5", "claude-sonnet-5-5"
numbers = count(1)


def a_run(
    agent_type: str,
    at: datetime,
    usd: str | Decimal | None = None,
    *,
    model: str = HAIKU,
    source: str = "",
    status: Status = Status.COMPLETED,
    analysis: Any = None,
    **amounts: Any,
) -> UUID:
    """An ended one. Without `usd` it asked no model and cost 0; `amounts` are other columns of its record."""
    cost = Decimal(usd or 0)
    trigger = "schedule" if source else "manual"
    with writing():
        execution = Execution.objects.create(
            agent_type=agent_type,
            status=status,
            started_at=at,
            completed_at=at + timedelta(seconds=1),
            cost_usd=cost,
            triggered_by=trigger,
            trigger_source=source,
            ai_analysis=analysis,
        )
        Execution.objects.filter(pk=execution.pk).update(created_at=at)
        add_ended(
            ended_at=at, agent_type=agent_type, node_id="localhost", status=status, started_at=at,
            duration_ms=1000, cost_usd=cost, tokens_used=0,
        )  # fmt: skip
        if usd is not None:
            insert_record(_record(execution, model, at, cost, amounts))
    return execution.uid


def add_record(uid: UUID, model: str, at: datetime, usd: str = "0") -> None:
    """One more bill for a run that has one."""
    with writing():
        record = _record(Execution.objects.get(uid=uid), model, at, Decimal(usd), {})
        record.is_first = False
        insert_record(record)


def _record(
    execution: Execution, model: str, at: datetime, cost: Decimal, amounts: dict[str, Any]
) -> CostRecord:
    record = make_record(model, {"input_tokens": 0}, at, shipped_prices())
    record.execution = execution
    record.agent_type = execution.agent_type
    record.triggered_by = execution.triggered_by
    record.trigger_source = execution.trigger_source
    record.is_first = True
    record.request_id = f"req_{next(numbers)}"
    record.total_cost_usd = cost
    for name, amount in amounts.items():
        setattr(record, name, amount)
    return record
