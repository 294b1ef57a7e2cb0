"""Schedules that are due are launched, each due time once, whatever happens to the clock meanwhile.

All that becomes of a due time is one transaction: the schedule moves on by an UPDATE that names the due time
it leaves, and with it come the rows that tell of it, the executions, their messages and the counters. A clock
that is killed leaves all of it or nothing.
"""

import logging
import time
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError
from django.db.models import QuerySet
from django.utils import timezone

from executions.services import writing
from scheduling.duties import Again
from scheduling.fire_failures import note_failure
from scheduling.fire_round import Round
from scheduling.models import Schedule
from system.errors import Invalid

logger = logging.getLogger(__name__)

# So many in one transaction: others wait for its lock for some tens of milliseconds, and clocks take turns.
AT_ONCE = 50
LONGEST_SLEEP_S = 0.5
SOON_S = 0.05
REST_SECONDS = 60.0

# By primary key, until when (time.monotonic()) a schedule is left alone that could not even be refused.
_resting: dict[int, float] = {}


def fire_due(node: str, now: datetime | None = None) -> Again:
    """Deal with all that is due, on `node` where a schedule names none; tells how soon something will be."""
    for pk in [pk for pk, until in _resting.items() if until <= time.monotonic()]:
        del _resting[pk]
    while (seconds := _seconds_to_next(now or timezone.now())) <= 0:
        if not _fire_some(node, now):
            return Again(SOON_S)  # what is due is being edited at this moment, or was another clock's
    return Again(seconds)


def _seconds_to_next(now: datetime) -> float:
    """0 or less while something is due. This look takes no lock."""
    soon = _waiting().filter(next_run__lte=now + timedelta(seconds=LONGEST_SLEEP_S))
    try:
        next_run = soon.values_list("next_run", flat=True).first()
    except ValueError:  # no time at all: what is wrong with its row is found when it is to be fired
        return 0.0
    return LONGEST_SLEEP_S if next_run is None else (next_run - now).total_seconds()


def _waiting() -> QuerySet[Schedule]:
    waiting = Schedule.objects.filter(enabled=True, next_run__isnull=False).order_by("next_run", "pk")
    return waiting.exclude(pk__in=_resting) if _resting else waiting


def _due(at: datetime) -> QuerySet[Schedule]:
    """Not those that somebody edits at this moment: they are looked at again."""
    return _waiting().filter(next_run__lte=at).select_for_update(skip_locked=True)


def _fire_some(node: str, now: datetime | None) -> int:
    """How many schedules were dealt with."""
    try:
        with writing():
            at = now or timezone.now()
            schedules = list(_due(at)[:AT_ONCE])
            Round(schedules, node, at).run()
            return len(schedules)
    except (OperationalError, InterfaceError):
        raise  # the database is busy or away: nothing is wrong with the schedules
    except Exception:  # noqa: BLE001 (one of them: each is tried by itself, and says then what is wrong)
        return _fire_one_by_one(node, now or timezone.now())


def _fire_one_by_one(node: str, at: datetime) -> int:
    due = list(_waiting().filter(next_run__lte=at).values_list("pk", flat=True)[:AT_ONCE])
    for pk in due:
        _fire_one(pk, node, at)
    return len(due)


def _fire_one(pk: int, node: str, at: datetime) -> None:
    try:
        with writing():
            Round(list(_due(at).filter(pk=pk)), node, at).run()
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        # Whatever is wrong with this one, the others go on.
        logger.exception("schedule %d could not be fired", pk, exc_info=not isinstance(error, Invalid))
        _give_up(pk, at, error)


def _give_up(pk: int, at: datetime, error: Exception) -> None:
    """Say so where a person will look, and try no sooner than at its next due time."""
    try:
        with writing():
            for schedule in _due(at).filter(pk=pk):
                note_failure(schedule, at, error)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        # Not even that can be written: it must not be in the way of the others meanwhile.
        logger.exception("schedule %d is left alone for %g s", pk, REST_SECONDS)
        _resting[pk] = time.monotonic() + REST_SECONDS
