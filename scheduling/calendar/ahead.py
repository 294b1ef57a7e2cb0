"""What is due on some days, computed from the expressions: counted for all schedules, listed for a few."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from scheduling.calendar.days import Day
from scheduling.calendar.outcomes import Entry, Outcome
from scheduling.calendar.schedules import Line
from scheduling.cron import INSTANT, Cron
from system.errors import Invalid

# So few in a day are found sooner by listing them than by counting each day.
FEW = 3


@dataclass(frozen=True)
class _Coming:
    """From the first due time that nobody has dealt with yet; no more than `left`, where that is known."""

    cron: Cron
    begin: datetime
    end: datetime
    left: int | None


class Ahead:
    """Of schedules that are on and hold. `counts` are by schedule, for each of the days."""

    def __init__(self, schedules: Collection[Line], days: Sequence[Day]) -> None:
        self._edges = [days[0].start, *(day.end for day in days)]
        self._listed: dict[tuple[str, ZoneInfo], list[datetime]] = {}
        self._coming: dict[int, _Coming] = {}
        self.counts: dict[int, list[int]] = {}
        for schedule in schedules:
            if schedule.enabled and schedule.next_due is not None and schedule.next_due < self._edges[-1]:
                self._look_at(schedule, schedule.next_due)

    def entries(self, schedules: Collection[Line]) -> Iterator[Entry]:
        for schedule in schedules:
            outcome = outcome_ahead(schedule)
            for at in self._times(self._coming[schedule.pk]):
                yield Entry(at, schedule, outcome)

    def _look_at(self, schedule: Line, next_due: datetime) -> None:
        try:
            cron = Cron.read(schedule.cron_expression, schedule.timezone)
        except Invalid:  # it is paused, with the reason, when it comes to be due
            return
        begin, end = max(next_due, self._edges[0]), self._edges[-1]
        if schedule.ends_at is not None:
            end = min(end, schedule.ends_at)
        coming = _Coming(cron, begin, end, _left(schedule, cron, next_due, begin))
        self._coming[schedule.pk] = coming
        if len(cron.walls) <= FEW:
            times = self._times(coming)
            self.counts[schedule.pk] = [
                end - begin for begin, end in pairwise(bisect_left(times, edge) for edge in self._edges)
            ]
        else:
            self.counts[schedule.pk] = _at_most(coming.left, self._counted(coming))

    def _times(self, coming: _Coming) -> list[datetime]:
        """Listed once for all that share an expression and a zone."""
        cron = coming.cron
        key = (" ".join(cron.fields.parts), cron.zone)
        known = self._listed.get(key)
        if known is None:
            known = list(cron.due_between(self._edges[0] - INSTANT, self._edges[-1]))
            self._listed[key] = known
        return known[bisect_left(known, coming.begin) : bisect_left(known, coming.end)][: coming.left]

    def _counted(self, coming: _Coming) -> Iterator[int]:
        for first, last in pairwise(self._edges):
            first, last = max(first, coming.begin), min(last, coming.end)
            yield coming.cron.count_between(first - INSTANT, last) if first < last else 0


def outcome_ahead(schedule: Line) -> Outcome:
    return Outcome.DUE if schedule.agent_enabled else Outcome.DISABLED


def _left(schedule: Line, cron: Cron, next_due: datetime, begin: datetime) -> int | None:
    """How many due times it may still have from `begin` on; None where nothing bounds them."""
    if schedule.max_executions is None:
        return None
    runs = max(0, schedule.max_executions - schedule.executions_count)
    times = -(-runs // (len(schedule.node_ids) or 1))
    return max(0, times - cron.count_between(next_due - INSTANT, begin)) if begin > next_due else times


def _at_most(left: int | None, counts: Iterable[int]) -> list[int]:
    if left is None:
        return list(counts)
    taken = list[int]()
    for count in counts:
        taken.append(min(count, left))
        left -= taken[-1]
    return taken
