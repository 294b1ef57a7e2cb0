"""For agents that run elsewhere: they report, ClaudeOps records, prices and shows."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from agents.tracking import start_tracked, track
from agents.tracking_entries import BatchIn, BatchOut, TrackedIn, TrackedOut
from system.authentication import require
from system.roles import Role
from system.wire import Problem, json_response

router = Router(tags=["tracking"], auth=require(Role.OPERATOR))


@router.post("/executions", response={200: TrackedOut, 201: TrackedOut, 409: Problem})
def start(request: HttpRequest, told: TrackedIn) -> HttpResponse:
    """An execution that runs elsewhere, with as much of it as has happened: one call may carry it whole.

    Entries are applied in order, all of them or none. 200 is the execution of a known dedupe_key.
    """
    tracked = start_tracked(told)
    shown = {name: getattr(tracked, name) for name in TrackedOut.model_fields}
    return json_response(shown, 201 if tracked.is_new else 200)


@router.post("/executions/{execution_id}/batch", response={200: BatchOut, 404: Problem, 409: Problem})
def batch(request: HttpRequest, execution_id: UUID, told: BatchIn) -> HttpResponse:
    """What has happened since. Each call renews the lease: an agent that stays silent too long has failed.

    Entries are applied in order, all of them or none, and each at most once by its key. 409 tells the agent
    to stop: the execution has ended, or was cancelled.
    """
    tracked = track(execution_id, told.entries)
    return json_response({"applied": tracked.applied, "duplicates": tracked.duplicates})
