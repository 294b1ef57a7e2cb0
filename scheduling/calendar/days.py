"""Days and weeks as the clock on the wall of a zone has them: a day may have 23, 24.5 or 25 hours."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from system.errors import Invalid

ONE_DAY = timedelta(days=1)
WEEK = 7 * ONE_DAY
HOUR = timedelta(hours=1)
ORDINARY_HOURS = 24
# Due times are computed from now on: what lies further ahead nobody plans by minutes.
YEARS_AHEAD = 5
FIRST_YEAR = 2000
WRITTEN_WEEK = re.compile(r"(\d{4})-W(\d\d)", re.ASCII)


@dataclass(frozen=True)
class Day:
    """From `start` up to `end`, which is the start of the next; both are in UTC."""

    date: date
    start: datetime
    end: datetime

    @property
    def hours(self) -> float:
        return (self.end - self.start) / HOUR

    @property
    def note(self) -> str:
        """What the clock does on it; empty on an ordinary day."""
        if self.hours == ORDINARY_HOURS:
            return ""
        return f"{self.hours:g} hours: the clock goes {'forward' if self.hours < ORDINARY_HOURS else 'back'}"


def days_from(first: date, count: int, zone: ZoneInfo) -> list[Day]:
    starts = [_start_of(first + ONE_DAY * number, zone) for number in range(count + 1)]
    return [Day(first + ONE_DAY * number, *starts[number : number + 2]) for number in range(count)]


def _start_of(day: date, zone: ZoneInfo) -> datetime:
    """Its first moment. Where the clock skips midnight, the offset before it leads to the same instant."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def number_of(days: Sequence[Day], moment: datetime) -> int:
    """Which of `days`, that follow one another, `moment` lies on."""
    return bisect_right(days, moment, key=lambda day: day.start) - 1


def monday_of(day: date) -> date:
    return day - ONE_DAY * day.weekday()


def name_of(monday: date) -> str:
    """ "2026-W48", as ISO 8601 numbers weeks."""
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02}"


def read_week(text: str, today: date) -> date:
    """The Monday of a week such as "2026-W48". Raises Invalid."""
    found = WRITTEN_WEEK.fullmatch(text)
    if found is None:
        raise Invalid(f"A week is written as {name_of(today)}.", field="week")
    try:
        monday = date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        raise Invalid(f"The year {found[1]} has no week {found[2]}.", field="week") from None
    check_day(monday, today, field="week")
    return monday


def read_day(text: str, today: date) -> date:
    """A day such as "2026-11-26". Raises Invalid."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Invalid(f"A day is written as {today}.", field="day") from None
    check_day(day, today, field="day")
    return day


def check_day(day: date, today: date, *, field: str) -> None:
    last = today.year + YEARS_AHEAD
    if not FIRST_YEAR <= day.year <= last:
        raise Invalid(f"The calendar has the years {FIRST_YEAR} to {last}.", field=field)
