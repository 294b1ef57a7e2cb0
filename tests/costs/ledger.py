"""A small ledger: executions with records, and all that is added up from them, to be compared."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from threading import Event
from typing import Any

from django.db import connection

from costs.models import CostRecord, DailyCost, ModelPrice, MonthlyCostSummary
from costs.services import record_cost
from executions.models import DailyExecutions, Execution, ExecutionEvent
from executions.services import changing_totals, claim_execution, create_execution

HAIKU, OPUS, UNKNOWN = "claude-haiku-5-5", "claude-opus-4-8", "a-model-of-tomorrow"
USAGE: Mapping[str, Any] = {
    "input_tokens": 1200,
    "output_tokens": 300,
    "cache_creation_input_tokens": 500,
    "cache_read_input_tokens": 4000,
}
LEDGER = (CostRecord, DailyCost, Execution, DailyExecutions, ExecutionEvent, MonthlyCostSummary, ModelPrice)


def at(when: str | datetime) -> datetime:
    """A moment; a text is in UTC."""
    return datetime.fromisoformat(when).replace(tzinfo=UTC) if isinstance(when, str) else when


def an_execution(agent_type: str = "disk-space") -> Execution:
    return create_execution(agent_type=agent_type, node_id="localhost")[0]


def spend(
    execution: Execution, when: str | datetime, model: str = HAIKU, usage: Mapping[str, Any] = USAGE
) -> CostRecord:
    with changing_totals(execution.pk) as change:
        record = record_cost(change, model=model, usage=usage, at=at(when))
    assert record is not None
    return record


def spent(day: date, cost: str = "1", agent: str = "a", executions: int = 1, unpriced: int = 0) -> None:
    """A row of daily sums that no record stands behind."""
    DailyCost.objects.create(
        day=day, agent_type=agent, model_used="m", node_id="n", cost_usd=cost, executions=executions,
        records=2, unpriced_records=unpriced, tokens_used=10,
    )  # fmt: skip


def end(execution: Execution) -> None:
    lease = claim_execution(execution.pk, owner="localhost:1")
    assert lease is not None
    lease.tracker().complete()


def a_small_ledger() -> tuple[Execution, Execution]:
    """Over three days and three models, one of them without a price; the first execution has ended."""
    first, second = an_execution(), an_execution("log-analyzer")
    spend(first, "2026-11-20T10:00")
    spend(first, "2026-11-20T11:00", OPUS)
    end(first)
    spend(second, "2026-11-21T00:00")
    spend(second, "2026-11-21T23:59:59.999999", UNKNOWN)
    spend(second, "2026-11-22T09:00", OPUS)
    return first, second


def keep_spending(execution: Execution, day: str, stop: Event) -> int:
    """In a thread of its own, until `stop`: a record for each minute of `day`; how many."""
    records = 0
    try:
        while not stop.wait(0.002):  # SQLite lets nobody else in where there is no pause at all
            spend(execution, f"{day}T{records // 60 % 24:02}:{records % 60:02}")
            records += 1
    finally:
        connection.close()
    return records


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the ledger and of what follows from it."""
    return {
        model.__name__: list(model._default_manager.order_by("pk").values_list())  # type: ignore[attr-defined]
        for model in LEDGER
    }


def daily_rows() -> list[tuple[Any, ...]]:
    """Without their numbers, which a repair may change."""
    names = [field.name for field in DailyCost._meta.fields if field.name != "id"]
    return sorted(DailyCost.objects.values_list(*names))


def sql(statement: str, *values: Any) -> int:
    """Past all that keeps the sums right; how many rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)
