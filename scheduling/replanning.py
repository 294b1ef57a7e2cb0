"""Due times that nobody has planned, or that a clock planned which was wrong."""

import logging
import time
from datetime import UTC, datetime, timedelta

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from executions.services import writing
from scheduling.cron import INSTANT
from scheduling.fire_failures import pause_broken
from scheduling.models import Fire, FireState, Schedule
from scheduling.planning import jitter_of, next_due_after, plan
from system.errors import Invalid

logger = logging.getLogger(__name__)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
REPLAN_SECONDS = 5.0
STEPS_SECONDS = 60.0
# Less is no step: a clock that is set right slowly moves by less.
STEP = timedelta(seconds=1)
# By so much the clocks of two hosts may differ without either being wrong.
SKEW = timedelta(seconds=60)


class Replanner:
    """Looks for schedules without a due time each time, and for wrong ones now and then: at the start, after
    this host's clock was set back, and every minute, as another host's may have been.
    """

    def __init__(self) -> None:
        self._offset = timedelta.max
        self._looked_at = 0.0

    def look(self, now: datetime | None = None) -> int:
        """How many schedules were planned."""
        now = now or timezone.now()
        planned = plan_unplanned(now)
        if self._was_set_back(now):
            planned += plan_what_lies_ahead(now, skew=timedelta())
        elif time.monotonic() - self._looked_at >= STEPS_SECONDS:
            planned += plan_what_lies_ahead(now, skew=SKEW)
        else:
            return planned
        self._looked_at = time.monotonic()
        return planned

    def _was_set_back(self, now: datetime) -> bool:
        before = self._offset
        self._offset = now - EPOCH - timedelta(seconds=time.monotonic())
        return self._offset < before - STEP


def plan_unplanned(now: datetime) -> int:
    """Schedules that something else than ClaudeOps wrote, and those of earlier versions; from now on."""
    unfinished = Q(ends_at__isnull=True) | Q(ends_at__gt=now)
    unused = Q(max_executions__isnull=True) | Q(executions_count__lt=F("max_executions"))
    rows = Schedule.objects.filter(unfinished, unused, enabled=True, next_due__isnull=True)
    return sum(_plan_one(pk, now) for pk in rows.values_list("pk", flat=True))


def _plan_one(pk: int, now: datetime) -> bool:
    with writing():
        for schedule in _locked(Schedule.objects.filter(pk=pk, enabled=True, next_due__isnull=True)):
            try:
                plan(schedule, now)
            except Invalid as error:
                pause_broken(schedule, error)
                return False
            if schedule.next_due is not None:
                schedule.save(update_fields=["next_due", "next_run", "updated_at"])
                return True
    return False


def plan_what_lies_ahead(now: datetime, *, skew: timedelta) -> int:
    """Schedules whose next due time is later than it need be: a clock was ahead, and has been set back.

    What was missed or skipped by more than `skew` from now has not come yet, and is forgotten.
    """
    ahead = Schedule.objects.filter(enabled=True, next_due__gt=now)
    late = [schedule.pk for schedule in ahead.iterator() if _is_too_late(schedule, now)]
    return sum(_plan_sooner(pk, now, skew) for pk in late)


def _is_too_late(schedule: Schedule, now: datetime) -> bool:
    try:
        due = next_due_after(schedule, now - INSTANT)
    except Invalid:
        return False  # it is paused when it comes to be due
    return due is not None and schedule.next_due is not None and due < schedule.next_due


def _plan_sooner(pk: int, now: datetime, skew: timedelta) -> bool:
    """To the first due time that has no row yet: what was launched is not launched again."""
    with writing():
        for schedule in _locked(Schedule.objects.filter(pk=pk, enabled=True, next_due__gt=now)):
            rows = Fire.objects.filter(schedule=schedule, due_at__gte=now + skew)
            rows.exclude(state=FireState.LAUNCHED).delete()
            due = _first_without_row(schedule, now)
            if due is not None and schedule.next_due is not None and due < schedule.next_due:
                logger.warning("%s is due at %s, not at %s", schedule.name, due, schedule.next_due)
                schedule.next_due, schedule.next_run = due, due + jitter_of(schedule, due)
                schedule.save(update_fields=["next_due", "next_run", "updated_at"])
                return True
    return False


def _first_without_row(schedule: Schedule, now: datetime) -> datetime | None:
    known = set(Fire.objects.filter(schedule=schedule, due_at__gte=now).values_list("due_at", flat=True))
    due = next_due_after(schedule, now - INSTANT)
    while due is not None and due in known:
        due = next_due_after(schedule, due)
    return due


def _locked(rows: QuerySet[Schedule]) -> QuerySet[Schedule]:
    return rows.select_for_update(skip_locked=True)
