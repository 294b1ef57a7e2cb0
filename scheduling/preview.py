"""What a schedule would do, before it does: in words, its next due times, and who else is due then."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, pairwise

from django.conf import settings
from django.utils import timezone

from scheduling.checking import number_problems, time_problems
from scheduling.conflicts import COMPARED, MANY, Conflict, Conflicts, find_conflicts
from scheduling.models import Schedule
from scheduling.planning import jitter_of, next_due_after
from scheduling.words import describe
from scheduling.zones import find_zone
from system.errors import Invalid

SHOWN = 5


@dataclass(frozen=True)
class DueTime:
    """One instant, as the schedule and as who looks at it reads the clock.

    `launched_at` is with its jitter; None for a schedule that is not stored yet, as its jitter is not known.
    """

    at: datetime
    local: datetime
    viewer_local: datetime
    launched_at: datetime | None

    @property
    def local_text(self) -> str:
        return f"{self.local:%a %Y-%m-%d %H:%M %Z}"

    @property
    def viewer_text(self) -> str:
        return f"{self.viewer_local:%a %Y-%m-%d %H:%M %Z}"


@dataclass(frozen=True)
class Preview:
    """`notes` are sentences about what may not be meant so."""

    words: str
    timezone: str
    viewer_timezone: str
    due: list[DueTime]
    conflicts: Conflicts
    notes: list[str]

    @property
    def is_at_home(self) -> bool:
        """Whether who looks at it lives in its zone."""
        return self.timezone == self.viewer_timezone


def preview_schedule(
    schedule: Schedule, *, viewer_timezone: str = "", now: datetime | None = None
) -> Preview:
    """`schedule` need not be stored, nor its agent known. Raises Invalid for times that do not hold.

    Without a `viewer_timezone` who looks at it lives in TIME_ZONE.
    """
    for field, message in (*time_problems(schedule), *number_problems(schedule)):
        raise Invalid(message, field=field)
    viewer = find_zone(viewer_timezone or settings.TIME_ZONE, field="viewer_timezone")
    zone = find_zone(schedule.timezone)
    due = list(islice(_due_times(schedule, now or timezone.now()), SHOWN))
    conflicts = find_conflicts(schedule, due)
    return Preview(
        words=describe(schedule.cron_expression),
        timezone=zone.key,
        viewer_timezone=viewer.key,
        due=[
            DueTime(at, at.astimezone(zone), at.astimezone(viewer), _launched_at(schedule, at)) for at in due
        ],
        conflicts=conflicts,
        notes=list(_notes(schedule, due, conflicts)),
    )


def _due_times(schedule: Schedule, after: datetime) -> Iterator[datetime]:
    left = None if schedule.max_executions is None else schedule.max_executions - schedule.executions_count
    while left is None or left > 0:
        due = next_due_after(schedule, after)
        if due is None:
            return
        yield due
        after, left = due, None if left is None else left - (len(schedule.node_ids) or 1)


def _launched_at(schedule: Schedule, due: datetime) -> datetime | None:
    if schedule.pk is None and schedule.jitter_seconds:
        return None
    return due + jitter_of(schedule, due)


def _notes(schedule: Schedule, due: list[datetime], conflicts: Conflicts) -> Iterator[str]:
    if not due:
        yield "Nothing is due any more."
    elif len(due) < SHOWN:
        yield f"Nothing is due after {'this' if len(due) == 1 else f'these {len(due)} times'}."
    if schedule.jitter_seconds and _shortest(due) <= timedelta(seconds=schedule.jitter_seconds):
        yield "Its jitter reaches the next due time: runs of two due times may come close together."
    if conflicts.found:
        yield _note_of(conflicts.found)
    if conflicts.is_cut:
        yield f"Only the first {COMPARED:,} schedules by name were compared."


def _shortest(due: list[datetime]) -> timedelta:
    return min((later - earlier for earlier, later in pairwise(due)), default=timedelta.max)


def _note_of(conflicts: Sequence[Conflict]) -> str:
    most = max(conflicts, key=lambda conflict: conflict.count)
    others = "one other schedule is" if most.count == 1 else f"{most.count} other schedules are"
    others = others if all(each.count == most.count for each in conflicts) else f"up to {others}"
    when = "at one of these times" if len(conflicts) == 1 else f"at {len(conflicts)} of these times"
    advice = " Jitter, or another minute, would spread them." if most.count >= MANY else ""
    return f"{others[0].upper()}{others[1:]} due in the same minute {when}{_same(most)}: {most.who}.{advice}"


def _same(conflict: Conflict) -> str:
    if not conflict.same_agent:
        return ""
    if conflict.same_agent == conflict.count:
        return ", of the same agent" if conflict.count == 1 else ", all of the same agent"
    return f", {conflict.same_agent} of them of the same agent"
