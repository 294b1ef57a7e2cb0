"""The routes of executions that need to know agents or money: launch, rerun, and the whole of one."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query

from agents.launching import launch_agent
from agents.models import AgentConfiguration, Hold
from agents.schemas import AgentOut, DetailFilters, ExecutionDetail, HoldOut, LaunchIn
from costs.schemas.records import CostOut
from executions.api import router
from executions.listing import execution_row
from executions.logs import log_lines, removed_events
from executions.models import Execution, Status
from executions.schemas import ExecutionOut, StepOut
from executions.services import find_execution
from system.authentication import actor_of, require
from system.roles import Role
from system.wire import Problem, json_response

LAUNCHED = {200: ExecutionOut, 201: ExecutionOut, 404: Problem, 409: Problem}
EXTRA = ("ai_analysis", "raw_output", "execution_context", "cancel_requested_at", "cancel_requested_by")


def launched(request: HttpRequest, agent_type: str, **wanted: Any) -> HttpResponse:
    """Launch it for who asks: 201 with the new execution, or 200 with the one of the same dedupe_key."""
    execution, is_new = launch_agent(agent_type, actor=actor_of(request), **wanted)
    return json_response(execution_row(execution.pk), 201 if is_new else 200)


@router.post("", response=LAUNCHED, auth=require(Role.OPERATOR))
def launch(request: HttpRequest, wanted: LaunchIn) -> HttpResponse:
    """Queue a run of an agent. 409 names the limit that refused it; 200 is the run of a known dedupe_key."""
    return launched(request, **wanted.model_dump())


@router.post("/{execution_id}/rerun", response=LAUNCHED, auth=require(Role.OPERATOR))
def rerun(request: HttpRequest, execution_id: UUID) -> HttpResponse:
    """Queue the same agent again, on the same node and with the same overrides."""
    before = find_execution(execution_id)
    return launched(
        request,
        before.agent_type,
        node_id=before.node_id,
        overrides=before.execution_context.get("overrides"),
        metadata={"rerun_of": str(before.uid)},
        webhook=before.execution_context.get("webhook"),
    )


@router.get("/{execution_id}", response={200: ExecutionDetail, 404: Problem})
def detail(request: HttpRequest, execution_id: UUID, filters: Query[DetailFilters]) -> HttpResponse:
    """Everything about one execution: its steps by number, its costs, its agent as it is now."""
    execution = find_execution(execution_id)
    return json_response(_detail_of(execution, with_logs=filters.include == "logs"))


def _detail_of(execution: Execution, *, with_logs: bool) -> dict[str, Any]:
    """Read with `values` and encoded once: outputs and analyses may be large."""
    steps = execution.steps.order_by("step_number").values(*StepOut.model_fields)
    costs = execution.cost_records.order_by("pk").values(*CostOut.model_fields)
    agents = AgentConfiguration.objects.filter(agent_type=execution.agent_type)
    return {
        **execution_row(execution.pk),
        **{name: getattr(execution, name) for name in EXTRA},
        "steps": list(steps),
        "costs": list(costs),
        "agent": agents.values(*AgentOut.model_fields).first(),
        "held": _hold_of(execution),
        "events_removed": removed_events(execution),
        "logs": log_lines(execution) if with_logs else None,
    }


def _hold_of(execution: Execution) -> dict[str, Any] | None:
    if execution.status != Status.PENDING or execution.queued_at is not None:
        return None
    hold = Hold.objects.filter(execution=execution)
    found: dict[str, Any] | None = hold.values(*HoldOut.model_fields).first()
    return found
