"""Schedules as people change them. What becomes of their due times, scheduling.firing writes.

Either is done by one writer at a time: a schedule is fired before an edit or after it, never while.
"""

from collections.abc import Mapping
from copy import copy
from typing import Any

from django.utils import timezone

from scheduling.checking import check_reason, check_schedule
from scheduling.fire_alerts import subject_of
from scheduling.giving_up import give_up
from scheduling.models import Schedule
from scheduling.planning import jitter_of, plan
from system.alerts import resolve_alert
from system.audit import record, record_changed, record_created, record_deleted
from system.audit_values import values_of
from system.errors import Conflict, NotFound
from system.writing import one_writer

NOUN = "schedule"  # what the audit calls one
# What decides when it is due; anything else leaves the next due time as it is.
TIMING = ("cron_expression", "timezone", "starts_at", "ends_at", "max_executions", "enabled")
PLANNED = ("next_due", "next_run")
PAUSED = ("enabled", "paused_at", "paused_by", "pause_reason")


def find_schedule(schedule_id: int) -> Schedule:
    schedule = Schedule.objects.filter(pk=schedule_id).select_related("agent").first()
    if schedule is None:
        raise NotFound(f"There is no schedule {schedule_id}.", field="schedule_id")
    return schedule


def create_schedule(fields: Mapping[str, Any], *, by: str) -> Schedule:
    """`fields` as schemas.ScheduleIn has them. Raises Invalid, naming the field."""
    schedule = Schedule()
    _set(schedule, fields)
    if not schedule.enabled:
        _note_pause(schedule, schedule.pause_reason, by)
    check_schedule(schedule)
    with one_writer():
        schedule.save(force_insert=True)
        plan(schedule, timezone.now())  # with its number, as the jitter depends on it
        schedule.save(update_fields=[*PLANNED, "updated_at"])
        record_created(schedule, NOUN, _target(schedule))
    return schedule


def change_schedule(schedule_id: int, fields: Mapping[str, Any], *, by: str) -> Schedule:
    """Set `fields` and leave the others. A change of its timing plans from now on, no other moves anything.

    Raises NotFound and Invalid.
    """
    with one_writer():
        schedule = find_schedule(schedule_id)
        before = copy(schedule)
        _set(schedule, fields)
        check_schedule(schedule)
        if before.enabled and not schedule.enabled:
            _note_pause(schedule, "", by)
        elif schedule.enabled and not before.enabled:
            _note_resume(schedule)
        _plan_again(schedule, before, by)
        names = ["agent" if name == "agent_type" else name for name in fields]
        schedule.save(update_fields={*names, "name", "cron_expression", *PAUSED, *PLANNED, "updated_at"})
        record_changed(schedule, NOUN, values_of(before), _target(schedule))
    return schedule


def delete_schedule(schedule_id: int) -> None:
    """With it goes what became of its due times; its executions stay. Raises NotFound."""
    with one_writer():
        schedule = find_schedule(schedule_id)
        record_deleted(schedule, NOUN, _target(schedule))
        resolve_alert(subject_of(schedule))  # nothing of it will ever be on time again
        schedule.delete()


def pause_schedule(schedule_id: int, *, reason: str, by: str) -> Schedule:
    """Nothing is due until it is resumed. Raises NotFound, Invalid, and Conflict if it is paused already."""
    check_reason(reason)
    with one_writer():
        schedule = find_schedule(schedule_id)
        if not schedule.enabled:
            why = f": {schedule.pause_reason}" if schedule.pause_reason else "."
            raise Conflict(f"{schedule.name} is paused already{why}")
        now = timezone.now()
        give_up(schedule, now, why=f"It was paused by {by} before a clock dealt with it.")
        schedule.enabled = False
        _note_pause(schedule, reason, by)
        plan(schedule, now)
        schedule.save(update_fields=[*PAUSED, *PLANNED, "updated_at"])
        record(f"{NOUN}.pause", _target(schedule), {"reason": schedule.pause_reason}, actor=by)
    return schedule


def resume_schedule(schedule_id: int, *, by: str) -> Schedule:
    """From now on; nothing is made up for. Raises NotFound, Invalid, and Conflict if it is not paused."""
    with one_writer():
        schedule = find_schedule(schedule_id)
        if schedule.enabled:
            raise Conflict(f"{schedule.name} is not paused.")
        schedule.enabled = True
        _note_resume(schedule)
        check_schedule(schedule)  # what it names may be gone by now
        plan(schedule, timezone.now())
        schedule.save(update_fields=[*PAUSED, *PLANNED, "updated_at"])
        record(f"{NOUN}.resume", _target(schedule), actor=by)
    return schedule


def _target(schedule: Schedule) -> str:
    """Names need not differ."""
    return f"{schedule.pk} {schedule.name}"


def _set(schedule: Schedule, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        setattr(schedule, "agent_id" if name == "agent_type" else name, value)


def _note_pause(schedule: Schedule, reason: str, by: str) -> None:
    schedule.paused_at, schedule.paused_by, schedule.pause_reason = timezone.now(), by[:150], reason.strip()


def _note_resume(schedule: Schedule) -> None:
    schedule.paused_at, schedule.paused_by, schedule.pause_reason = None, "", ""


def _plan_again(schedule: Schedule, before: Schedule, by: str) -> None:
    if any(getattr(schedule, name) != getattr(before, name) for name in TIMING):
        now = timezone.now()
        give_up(before, now, why=f"Its times were changed by {by} before a clock dealt with it.")
        plan(schedule, now)
    elif schedule.jitter_seconds != before.jitter_seconds and schedule.next_due is not None:
        schedule.next_run = schedule.next_due + jitter_of(schedule, schedule.next_due)
