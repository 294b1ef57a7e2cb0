"""Five cron fields in a time zone: the instants they name, also where the clocks change.

What falls into a gap runs at the gap's end, once. What the clock shows twice runs the first time; where every
hour is named, or the minute or the hour begins with a star, it runs both times, as Debian's cron has it. A
schedule for every hour so goes on as if nothing had happened: of it, a gap of whole hours swallows nothing.

CronSim reads the fields. Its own walk is not used: where the clocks change by no whole hour it can go round
for ever (`*/7 */3 * * *` in Pacific/Chatham, April 2026), it misses times after a midnight that is skipped
(`*/15 1-3 * * *` in Asia/Beirut, March 2026), and it loses what a gap swallows (`*/15 2 * * *`).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from cronsim import CronSim

from scheduling.cron_fields import days_of, read_fields
from scheduling.wall_clock import DAY, WallDay, wall_day
from scheduling.zones import find_zone

# A 29 February that is a Sunday comes every 28 years, and once every 40.
HORIZON = 50
LAST_YEAR = 9990  # Python's calendar ends soon after
MINUTE = timedelta(minutes=1)
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Cron:
    """Made by Cron.read, so that it holds. `walls` are the minutes of a day that it names, in order."""

    fields: CronSim
    zone: ZoneInfo
    walls: tuple[int, ...]

    @classmethod
    def read(cls, expression: str, zone: str) -> Self:
        """Raises Invalid, with its field, for an expression that does not hold and for no zone."""
        fields = read_fields(expression)
        hours, minutes = sorted(fields.hours), sorted(fields.minutes)
        walls = tuple(60 * hour + minute for hour in hours for minute in minutes)
        return cls(fields, find_zone(zone), walls)

    @property
    def is_hourly(self) -> bool:
        return len(self.fields.hours) == 24

    @property
    def runs_twice(self) -> bool:
        return self.is_hourly or any(part.startswith("*") for part in self.fields.parts[1:3])

    def first_after(self, moment: datetime) -> datetime | None:
        """In UTC; None when there is none within fifty years."""
        today = moment.astimezone(self.zone).date()
        last = date(min(today.year + HORIZON, LAST_YEAR), 1, 1)
        return next(self._due(moment, today - DAY, last), None)

    def is_due_at(self, moment: datetime) -> bool:
        today = moment.astimezone(self.zone).date()
        return next(self._due(moment - INSTANT, today - DAY, today), None) == moment

    def due_between(self, after: datetime, before: datetime) -> Iterator[datetime]:
        """The instants after the one and before the other, each once, in UTC and in order."""
        for due in self._due(after, *self._dates(after, before)):
            if due >= before:
                return
            yield due

    def count_between(self, after: datetime, before: datetime) -> int:
        """How many due_between gives. Of ordinary days none is walked: a minute's schedule takes no time."""
        found, last = 0, after
        for day in days_of(self.fields, *self._dates(after, before)):
            on = wall_day(day, self.zone)
            if on.is_ordinary:
                first, end = self._after(on, last), bisect_left(self.walls, -((on.start - before) // MINUTE))
                if first < end:
                    found, last = found + end - first, on.start + self.walls[end - 1] * MINUTE
                continue
            for due in self._on(on, last):
                if last < due < before:
                    found, last = found + 1, due
        return found

    def _dates(self, after: datetime, before: datetime) -> tuple[date, date]:
        """The day before counts too: what it lost in a gap may run on the first."""
        return after.astimezone(self.zone).date() - DAY, before.astimezone(self.zone).date()

    def _due(self, after: datetime, first: date, last: date) -> Iterator[datetime]:
        for day in days_of(self.fields, first, last):
            for due in self._on(wall_day(day, self.zone), after):
                if due > after:
                    after = due
                    yield due

    def _after(self, on: WallDay, moment: datetime) -> int:
        """Of an ordinary day the number of the first of `walls` that is later."""
        return bisect_right(self.walls, (moment - on.start) // MINUTE)

    def _on(self, on: WallDay, after: datetime) -> Iterator[datetime]:
        """The due times of a day in order; of an ordinary one, only those after `after`."""
        if on.is_ordinary:
            for wall in self.walls[self._after(on, after) :]:
                yield on.start + wall * MINUTE
            return
        found = set[datetime]()
        for wall in self.walls:
            shown = on.instants(wall * MINUTE)
            found.update(shown if self.runs_twice else shown[:1])
            if not shown and not (self.is_hourly and on.changes_by_hours):
                found.add(on.changes_at)
        yield from sorted(found)
