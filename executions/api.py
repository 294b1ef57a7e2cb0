"""What happened: reading executions, and cancelling one.

The routes that need to know agents or money, launching and the detail, are added in agents/execution_api.py.
"""

from typing import Any
from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import Query, Router, Status

from executions.listing import execution_rows, list_executions
from executions.logs import log_text, removed_events
from executions.models import Execution
from executions.schemas import (
    CancelOut,
    EventFilters,
    EventList,
    ExecutionFilters,
    ExecutionList,
    RunningList,
    StatsFilters,
    StatsOut,
)
from executions.services import CancelOutcome, cancel_execution, find_execution
from executions.statistics import execution_stats
from system.authentication import actor_of, require
from system.roles import Role
from system.wire import Problem, json_response

router = Router(tags=["executions"], auth=require(Role.VIEWER))

RUNNING_AT_MOST = 500
TEXT = {"responses": {200: {"description": "OK", "content": {"text/plain": {"schema": {"type": "string"}}}}}}


@router.get("", response=ExecutionList)
def search(request: HttpRequest, filters: Query[ExecutionFilters]) -> HttpResponse:
    """Executions, the newest first. `date_from` is included, `date_to` is not, unless it is a whole day.

    A `cursor` (the `next_cursor` of the page before) costs the same however deep it leads; `offset` counts.
    """
    return json_response(list_executions(filters))


@router.get("/running", response=RunningList)
def running(request: HttpRequest) -> HttpResponse:
    """What runs now, the newest first; 500 at most."""
    rows = Execution.objects.running()
    return json_response(
        {"items": execution_rows(rows.newest_first()[:RUNNING_AT_MOST]), "count": rows.count()}
    )


@router.get("/stats", response=StatsOut)
def stats(request: HttpRequest, filters: Query[StatsFilters]) -> HttpResponse:
    """Sums over all executions, or those of one agent."""
    return json_response(execution_stats(filters.agent_type))


@router.get("/{execution_id}/events", response={200: EventList, 404: Problem})
def events(request: HttpRequest, execution_id: UUID, filters: Query[EventFilters]) -> HttpResponse:
    """Events in order from the one after `after`; `count` is how many there are from there on."""
    execution = find_execution(execution_id)
    removed = removed_events(execution)
    found = execution.events.after(filters.after)[: filters.limit]
    items = [
        {
            "event": event.event,
            "id": event.pk,
            "seq": event.seq,
            "execution_id": execution.uid,
            "at": event.at,
            "data": orjson.Fragment(event.data),
        }
        for event in found
    ]
    count = max(0, execution.event_count - max(filters.after, removed))
    return json_response({"items": items, "count": count, "removed": removed})


@router.get("/{execution_id}/logs", response={404: Problem}, openapi_extra=TEXT)
def logs(request: HttpRequest, execution_id: UUID) -> StreamingHttpResponse:
    """All log lines as text: time, level, message."""
    return StreamingHttpResponse(
        log_text(find_execution(execution_id)), content_type="text/plain; charset=utf-8"
    )


@router.post(
    "/{execution_id}/cancel",
    response={200: CancelOut, 202: CancelOut, 404: Problem, 409: Problem},
    auth=require(Role.OPERATOR),
)
def cancel(request: HttpRequest, execution_id: UUID) -> Status[dict[str, Any]]:
    """200: cancelled. 202: asked for; its worker ends the process tree first. 409 when it has ended."""
    execution = find_execution(execution_id)
    outcome = cancel_execution(execution.pk, by=actor_of(request))
    return Status(
        200 if outcome == CancelOutcome.CANCELLED else 202, {"id": execution.uid, "outcome": outcome.value}
    )
