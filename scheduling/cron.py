"""Five cron fields in a time zone: the instants they name, as Debian's cron has it when clocks change.

CronSim reads the fields. Its own walk is not used: where the clocks change by no whole hour it can go round
for ever (`*/7 */3 * * *` in Pacific/Chatham, April 2026), and it misses times after a midnight that is
skipped (`*/15 1-3 * * *` in Asia/Beirut, March 2026).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from system.errors import Invalid

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
READ_AT = datetime(2026, 1, 1, tzinfo=UTC)  # any: what the fields say does not depend on it


@dataclass(frozen=True)
class Cron:
    """Made by Cron.read, so that it holds."""

    expression: str
    fields: CronSim
    zone: ZoneInfo

    @classmethod
    def read(cls, expression: str, zone: str) -> Self:
        """Raises Invalid, with its field, for fields that are not five or name nothing, and for no zone."""
        if len(expression.split()) != 5:
            raise Invalid("A cron expression has five fields.", field="cron_expression")
        try:
            return cls(expression, CronSim(expression, READ_AT), _zone_of(zone))
        except CronSimError as error:
            raise Invalid(f"{error} in {expression!r}.", field="cron_expression") from error

    def due_between(self, after: datetime, before: datetime) -> Iterator[datetime]:
        """The instants after the one and before the other, each once, in UTC and in order."""
        last = after
        for day in self._days(after, before):
            for due in self._on(day):
                if last < due < before:
                    last = due
                    yield due

    def count_between(self, after: datetime, before: datetime) -> int:
        """How many due_between gives. Ordinary days are multiplied: a minute's schedule takes no time."""
        found, last = 0, after
        for day in self._days(after, before):
            if after < self._midnight(day) and self._midnight(day + DAY) <= before and self._is_plain(day):
                found += len(self.fields.hours) * len(self.fields.minutes)
                continue
            for due in self._on(day):
                if last < due < before:
                    found, last = found + 1, due
        return found

    def _days(self, after: datetime, before: datetime) -> Iterator[date]:
        """The days that the fields name; also the one before, whose skipped times may fall on the first."""
        first, last = (moment.astimezone(self.zone).date() for moment in (after - DAY, before))
        for number in range((last - first).days + 1):
            day = first + number * DAY
            if day.month in self.fields.months and self.fields.match_day(day):
                yield day

    def _on(self, day: date) -> Iterator[datetime]:
        """Its due times in order. A fixed time that is skipped is made up for at once, one that comes twice
        is due the first time; what holds for every hour or minute follows the clock on the wall.
        """
        minute, hour, *_ = self.expression.split()
        if minute.startswith("*") or hour.startswith("*"):
            yield from self._by_the_wall(day)
            return
        for hours in sorted(self.fields.hours):
            for minutes in sorted(self.fields.minutes):
                yield self._instant(datetime.combine(day, time(hours, minutes)))

    def _by_the_wall(self, day: date) -> Iterator[datetime]:
        at, end = self._midnight(day), self._midnight(day + DAY)
        while at < end:
            wall = at.astimezone(self.zone)
            if wall.minute in self.fields.minutes and wall.hour in self.fields.hours:
                yield at
            at += MINUTE

    def _instant(self, wall: datetime) -> datetime:
        """The first time that the clock on the wall shows `wall`; where it never does, what comes after."""
        at = wall.replace(tzinfo=self.zone).astimezone(UTC)
        while at.astimezone(self.zone).replace(tzinfo=None) != wall:
            wall += MINUTE
            at = wall.replace(tzinfo=self.zone).astimezone(UTC)
        return at

    def _midnight(self, day: date) -> datetime:
        return self._instant(datetime.combine(day, time()))

    def _is_plain(self, day: date) -> bool:
        """It has 24 hours, and so had the day before, whose skipped times may fall on this one."""
        before, start, end = (self._midnight(day + number * DAY) for number in (-1, 0, 1))
        return start - before == end - start == DAY


def _zone_of(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError) as error:  # OSError: a directory's name, such as "America"
        raise Invalid(f"There is no time zone {name!r}.", field="timezone") from error
