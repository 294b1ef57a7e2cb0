"""A schedule that cannot be fired: it is paused where it does not hold, else that due time is given up."""

from datetime import datetime

from django.utils import timezone

from executions.text import without_nul
from scheduling.fire_alerts import say_failed
from scheduling.models import Fire, FireState, Schedule
from scheduling.planning import plan
from system.errors import Invalid
from system.redaction import default_redactor

PAUSED_BY = "the clock"
LONGEST_TEXT = 500


def note_failure(schedule: Schedule, at: datetime, error: Exception) -> None:
    """In the caller's transaction. What a person put wrong stays off until a person puts it right."""
    if isinstance(error, Invalid):
        pause_broken(schedule, error)
        return
    try:
        _refuse(schedule, at, _shown(f"It could not be launched: {type(error).__name__}: {error}"))
    except Invalid as invalid:
        pause_broken(schedule, invalid)


def pause_broken(schedule: Schedule, error: Invalid) -> None:
    """Its row does not hold: it was not written by us, or what it names is gone."""
    why = _shown(f"It does not hold: {error.detail}")
    Schedule.objects.filter(pk=schedule.pk, enabled=True).update(
        enabled=False,
        paused_at=timezone.now(),
        paused_by=PAUSED_BY,
        pause_reason=why,
        next_due=None,
        next_run=None,
    )
    say_failed(schedule, f"{schedule.name} was paused by the clock", why)


def _refuse(schedule: Schedule, at: datetime, why: str) -> None:
    due_at = schedule.next_due or at
    plan(schedule, at)
    schedule.save(update_fields=["next_due", "next_run", "updated_at"])
    Fire.objects.get_or_create(
        schedule=schedule, due_at=due_at, node_id="", defaults={"state": FireState.REFUSED, "reason": why}
    )
    say_failed(schedule, f"{schedule.name} could not be launched", why)


def _shown(text: str) -> str:
    return default_redactor().redact(without_nul(text))[:LONGEST_TEXT]
