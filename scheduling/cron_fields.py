"""A cron expression as a person wrote it, read by CronSim; what is wrong with it is said in words."""

import calendar
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NoReturn

from cronsim import CronSim, CronSimError

from scheduling.cron_complaints import FIELDS, complaint_of, quoted
from system.errors import Invalid

LONGEST = 200  # of Schedule.cron_expression
MACROS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
COUNTS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
READ_AT = datetime(2026, 1, 1, tzinfo=UTC)  # any: what the fields say does not depend on it
# Two leap years: a weekday, and which of its month, on 29 February comes again within 40 years, by then also
# over a century that has no leap year.
FIRST_YEAR, LAST_YEAR = 2001, 2040


@lru_cache(maxsize=1024)
def read_fields(expression: str) -> CronSim:
    """Not to be iterated over. Raises Invalid, which says which field is wrong and what would be right."""
    parts = split_fields(expression)
    for field, text in zip(FIELDS, parts, strict=True):
        complaint = complaint_of(field, text)
        if complaint:
            _refuse(complaint)
    try:
        fields = CronSim(" ".join(parts), READ_AT)
    except CronSimError:  # of five fields that hold one by one, only the day can be refused
        _refuse_days(parts)
    if next(days_of(fields, date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)), None) is None:
        _refuse_days(parts)
    return fields


def days_of(fields: CronSim, first: date, last: date) -> Iterator[date]:
    """The days that `fields` name, from `first` to `last`, in order."""
    for number in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        year, month = number // 12, number % 12 + 1
        if month not in fields.months:
            continue
        begin = first.day if (year, month) == (first.year, first.month) else 1
        length = last.day if (year, month) == (last.year, last.month) else calendar.monthrange(year, month)[1]
        for day_of_month in range(begin, length + 1):
            day = date(year, month, day_of_month)
            if fields.match_day(day):
                yield day


def split_fields(expression: str) -> list[str]:
    """Five fields in capitals: a macro is what it stands for, and Sunday at the end of a range is 7."""
    if len(expression) > LONGEST:
        _refuse(f"A cron expression has at most {LONGEST} characters; this one has {len(expression)}.")
    words = expression.upper().split()
    if len(words) == 1 and words[0].startswith("@"):
        words = _macro(words[0].lower()).split()
    if len(words) != len(FIELDS):
        count = COUNTS[len(words)] if len(words) < len(COUNTS) else str(len(words))
        names = " ".join(field.name for field in FIELDS)
        _refuse(f"A cron expression has five fields ({names}); this one has {count}.")
    words[4] = re.sub(r"-SUN\b", "-7", words[4])
    return words


def _macro(word: str) -> str:
    if word == "@reboot":
        _refuse(f"'@reboot' names no time; known are {', '.join(MACROS)}.")
    if word not in MACROS:
        _refuse(f"There is no {quoted(word)}; known are {', '.join(MACROS)}.")
    return MACROS[word]


def _refuse_days(parts: list[str]) -> NoReturn:
    _, _, day, month, weekday = parts
    if weekday == "*":
        in_month = "" if month == "*" else f" in month {quoted(month)}"
        _refuse(f"It is never due: there is no day {quoted(day)}{in_month}.")
    _refuse(f"It is never due: no day {quoted(day)} of month {quoted(month)} is a weekday {quoted(weekday)}.")


def _refuse(complaint: str) -> NoReturn:
    raise Invalid(complaint, field="cron_expression")
