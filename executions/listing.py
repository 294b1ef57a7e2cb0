"""Executions as rows for the API. A list is the hottest of its answers: no model objects, one encoding."""

from collections.abc import Iterable
from operator import itemgetter
from typing import Any

from django.db.models import F
from django.db.models.expressions import Combinable

from executions.models import Execution
from executions.querysets import ExecutionQuerySet
from executions.schemas import ExecutionFilters
from system.paging import given, newest_first
from system.wire_columns import TimeText, UidText

COLUMNS: dict[str, Combinable] = {
    "id": UidText("uid"),
    "agent_type": F("agent_type"),
    "status": F("status"),
    "started_at": TimeText("started_at"),
    "completed_at": TimeText("completed_at"),
    "duration_ms": F("duration_ms"),
    "cost_usd": F("cost_usd"),
    "tokens_used": F("tokens_used"),
    "node_id": F("node_id"),
    "triggered_by": F("triggered_by"),
    "result_summary": F("result_summary"),
    "error_message": F("error_message"),
    "exit_code": F("exit_code"),
    "attempt": F("attempt"),
    "created_at": TimeText("created_at"),
    "updated_at": TimeText("updated_at"),
}


# Building the SQL of sixteen columns takes longer than running it, so it is begun once, here.
_ROWS = Execution.objects.values_list("pk", *COLUMNS.values())


def execution_rows(rows: ExecutionQuerySet) -> list[dict[str, Any]]:
    """What schemas.ExecutionOut describes."""
    return _named(rows.values_list("pk", *COLUMNS.values()))


def execution_row(execution_id: int) -> dict[str, Any]:
    return _named(_ROWS.filter(pk=execution_id))[0]


def _named(rows: Iterable[tuple[Any, ...]]) -> list[dict[str, Any]]:
    return [dict(zip(COLUMNS, row[1:], strict=True)) for row in rows]


def list_executions(filters: ExecutionFilters) -> dict[str, Any]:
    """What schemas.ExecutionList describes, the newest first."""
    wanted = _conditions(filters)
    shown, next_cursor = newest_first(_ROWS.filter(**wanted), filters, filters.cursor, key=itemgetter(0))
    count = Execution.objects.filter(**wanted).count()
    return {"items": _named(shown), "count": count, "next_cursor": next_cursor}


def _conditions(filters: ExecutionFilters) -> dict[str, Any]:
    wanted = {
        "agent_type": filters.agent_type,
        "status": filters.status,
        "node_id": filters.node_id,
        "triggered_by": filters.triggered_by,
        "started_at__gte": filters.date_from,
        "started_at__lt": filters.date_to,
    }
    return given(wanted)
