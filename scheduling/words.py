"""A cron expression in words: "At 03:00, Monday through Friday".

cron-descriptor writes them, of each part in a plain form, as it is wrong about some that CronSim reads: it
says "every 40 minutes" of `*/40`, which is due at :00 and :40; "or" where both days must hold (`*/2` and
MON); and nothing that makes sense of lists with L or #.
"""

from collections.abc import Collection, Iterable
from functools import lru_cache
from itertools import groupby

from cron_descriptor import (  # type: ignore[import-untyped]
    DescriptionTypeEnum,
    ExpressionDescriptor,
    FormatException,
    MissingFieldException,
    Options,
)
from cronsim import CronSim

from scheduling.cron_fields import read_fields
from system.errors import Invalid

EVERY = "*"


@lru_cache(maxsize=1024)
def describe(expression: str) -> str:
    """For people. The expression itself where there are no words for it. Raises Invalid, as Cron.read."""
    fields = read_fields(expression)
    try:
        return _times(fields) + _days(fields) + _months(fields)
    except (FormatException, MissingFieldException, ValueError, LookupError):
        return expression


def words_of(expression: str) -> str:
    """As describe, also for a row that does not hold: what was stored is shown whatever it is."""
    try:
        return describe(expression)
    except Invalid:
        return expression


def _times(fields: CronSim) -> str:
    minutes, hours = _stepped(fields.minutes, 60), _stepped(fields.hours, 24)
    return _words(f"{minutes} {hours} * * *", DescriptionTypeEnum.FULL)


def _months(fields: CronSim) -> str:
    months = _listed(fields.months, 12)
    return "" if months == EVERY else _words(f"* * * {months} *", DescriptionTypeEnum.MONTH)


def _days(fields: CronSim) -> str:
    """Two restrictions are "and" if one begins with a star, and "or" if none does: so CronSim has it."""
    days, weekdays = _days_of_month(fields), _weekdays(fields)
    if not fields.day_and and not (days and weekdays):
        return ""
    if not fields.day_and:
        return f", {' or '.join(days + weekdays)}"
    if days and weekdays:
        return f", {' or '.join(days)}, if it is {' or '.join(weekdays).removeprefix('on ')}"
    only = "only " if len(weekdays) == 1 and weekdays[0].startswith("on ") else ""
    return f", {only}{' or '.join(days or weekdays)}" if days or weekdays else ""


def _days_of_month(fields: CronSim) -> list[str]:
    """Phrases such as "on day 1 of the month"; none if it is every day."""
    plain = _listed((day for day in fields.days if day > 0), 31)
    special = [name for name, day in (("L", fields.LAST), ("LW", fields.LAST_WEEKDAY)) if day in fields.days]
    if plain == EVERY:
        return []
    texts = [plain] * bool(plain) + special
    return [_phrase(f"* * {text} * *", DescriptionTypeEnum.DAYOFMONTH) for text in texts]


def _weekdays(fields: CronSim) -> list[str]:
    """The week begins on Monday here, so that a weekend is in one piece."""
    plain = _listed({(day - 1) % 7 + 1 for day in fields.weekdays if isinstance(day, int)}, 7)
    special = sorted(day for day in fields.weekdays if isinstance(day, tuple))
    if plain == EVERY:
        return []
    texts = [plain] * bool(plain)
    texts += [f"{day}L" if which == fields.LAST else f"{day}#{which}" for day, which in special]
    return [_phrase(f"* * * * {text}", DescriptionTypeEnum.DAYOFWEEK) for text in texts]


def _stepped(values: Collection[int], size: int) -> str:
    step = size // len(values)
    if 1 < step <= size // 3 and sorted(values) == list(range(0, size, step)):
        return f"*/{step}"
    return _listed(values, size)


def _listed(values: Iterable[int], size: int) -> str:
    """As "1-5,7"; a star if they are all of `size`."""
    found = sorted(values)
    if len(found) == size:
        return EVERY
    parts = list[str]()
    for _, group in groupby(enumerate(found), key=lambda each: each[1] - each[0]):
        run = [value for _, value in group]
        parts += [f"{run[0]}-{run[-1]}"] if len(run) > 2 else map(str, run)
    return ",".join(parts)


def _phrase(expression: str, part: DescriptionTypeEnum) -> str:
    return _words(expression, part).removeprefix(", ").removeprefix("only ")


def _words(expression: str, part: DescriptionTypeEnum) -> str:
    options = Options(use_24hour_time_format=True, locale_code="en_US")
    words: str = ExpressionDescriptor(expression, options).get_description(part)
    return words
