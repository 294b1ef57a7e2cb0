"""Schedules: what they are, changing them, what they would do, and running one."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Status

from executions.listing import execution_row
from scheduling.editing import (
    change_schedule,
    create_schedule,
    delete_schedule,
    find_schedule,
    pause_schedule,
    resume_schedule,
)
from scheduling.models import Schedule
from scheduling.preview import preview_schedule
from scheduling.running import run_schedule
from scheduling.schemas import (
    FireFilters,
    FireList,
    FireOut,
    PauseIn,
    PreviewIn,
    PreviewOut,
    RunOut,
    ScheduleFilters,
    ScheduleIn,
    ScheduleList,
    ScheduleOut,
    SchedulePatch,
)
from system.authentication import actor_of, require
from system.paging import given, page_of
from system.roles import Role
from system.wire import BIGGEST, Problem, json_response

router = Router(tags=["schedules"], auth=require(Role.VIEWER))

ScheduleId = Annotated[int, Path(ge=1, le=BIGGEST)]
FIRE_COLUMNS = [name for name in FireOut.model_fields if name != "execution_id"]
FOUND = {200: ScheduleOut, 404: Problem}


@router.get("", response=ScheduleList)
def search(request: HttpRequest, filters: Query[ScheduleFilters]) -> dict[str, Any]:
    """All schedules, by name."""
    chosen = given({"enabled": filters.enabled, "agent_id": filters.agent_type})
    page = page_of(Schedule.objects.filter(**chosen).order_by("name", "pk"), filters)
    return {**page, "items": [ScheduleOut.of(schedule) for schedule in page["items"]]}


@router.post("", response={201: ScheduleOut}, auth=require(Role.ADMIN))
def create(request: HttpRequest, schedule: ScheduleIn) -> Status[ScheduleOut]:
    """Due from now on. What does not hold, or can never be due, is refused in words at its field."""
    return Status(201, ScheduleOut.of(create_schedule(schedule.model_dump(), by=actor_of(request))))


@router.post("/preview", response={200: PreviewOut, 404: Problem})
def preview(request: HttpRequest, wanted: PreviewIn) -> PreviewOut:
    """In words, the next five due times in both zones, and who else is due in the same minutes."""
    times = wanted.model_dump(exclude={"schedule_id", "viewer_timezone", "agent_type"})
    schedule = Schedule() if wanted.schedule_id is None else find_schedule(wanted.schedule_id)
    for name, value in times.items():
        setattr(schedule, name, value)
    if wanted.agent_type is not None:
        schedule.agent_id = wanted.agent_type
    return PreviewOut.of(preview_schedule(schedule, viewer_timezone=wanted.viewer_timezone or ""))


@router.get("/{schedule_id}", response=FOUND)
def detail(request: HttpRequest, schedule_id: ScheduleId) -> ScheduleOut:
    """One schedule, and when it runs next."""
    return ScheduleOut.of(find_schedule(schedule_id))


@router.put("/{schedule_id}", response=FOUND, auth=require(Role.ADMIN))
def replace(request: HttpRequest, schedule_id: ScheduleId, schedule: ScheduleIn) -> ScheduleOut:
    """All fields anew: what is left out takes its default. Only a change of its times plans it anew."""
    return ScheduleOut.of(change_schedule(schedule_id, schedule.model_dump(), by=actor_of(request)))


@router.patch("/{schedule_id}", response=FOUND, auth=require(Role.ADMIN))
def change(request: HttpRequest, schedule_id: ScheduleId, schedule: SchedulePatch) -> ScheduleOut:
    """Only what is given."""
    fields = schedule.model_dump(exclude_unset=True)
    return ScheduleOut.of(change_schedule(schedule_id, fields, by=actor_of(request)))


@router.delete("/{schedule_id}", response={204: None, 404: Problem}, auth=require(Role.ADMIN))
def delete(request: HttpRequest, schedule_id: ScheduleId) -> Status[None]:
    """Its executions stay; what became of its due times goes with it."""
    delete_schedule(schedule_id)
    return Status(204, None)


@router.post("/{schedule_id}/pause", response={**FOUND, 409: Problem}, auth=require(Role.OPERATOR))
def pause(request: HttpRequest, schedule_id: ScheduleId, wanted: PauseIn | None = None) -> ScheduleOut:
    """Nothing is due until it is resumed. 409 if it is paused already."""
    reason = (wanted or PauseIn()).reason
    return ScheduleOut.of(pause_schedule(schedule_id, reason=reason, by=actor_of(request)))


@router.post("/{schedule_id}/resume", response={**FOUND, 409: Problem}, auth=require(Role.OPERATOR))
def resume(request: HttpRequest, schedule_id: ScheduleId) -> ScheduleOut:
    """Due from now on; nothing is made up for. 409 if it is not paused."""
    return ScheduleOut.of(resume_schedule(schedule_id, by=actor_of(request)))


@router.post(
    "/{schedule_id}/run", response={201: RunOut, 404: Problem, 409: Problem}, auth=require(Role.OPERATOR)
)
def run(request: HttpRequest, schedule_id: ScheduleId) -> HttpResponse:
    """Queue a run on each of its nodes, now, as at a due time; it counts as none.

    409 names the limit, where no node may have one.
    """
    runs = run_schedule(schedule_id, by=actor_of(request))
    shown = [execution_row(execution.pk) for execution in runs.executions]
    refused = [vars(refusal) for refusal in runs.refused]
    return json_response({"executions": shown, "refused": refused}, 201)


@router.get("/{schedule_id}/fires", response={200: FireList, 404: Problem})
def fires(request: HttpRequest, schedule_id: ScheduleId, filters: Query[FireFilters]) -> dict[str, Any]:
    """What became of its due times, the last first."""
    rows = find_schedule(schedule_id).fires.filter(**given({"state": filters.state}))
    shown = rows.select_related("execution").only(*FIRE_COLUMNS, "execution__uid")
    page = page_of(shown.order_by("-due_at", "node_id"), filters)
    return {**page, "items": [FireOut.of(fire) for fire in page["items"]]}
