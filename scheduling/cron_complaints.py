"""What is wrong with one cron field, in words, and what would be right. None: nothing that is seen here."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
NUMBER = re.compile(r"[0-9]{1,4}", re.ASCII)
LONGEST_QUOTE = 40

# What other programs know, and what to write here.
ELSEWHERE = {
    "R": "for runs that do not all begin at once set jitter_seconds",
    "H": "for runs that do not all begin at once set jitter_seconds",
    "?": "write * for any",
    "W": "the nearest working day cannot be named; 1-5 as the weekday names working days",
    "~": "for runs that do not all begin at once set jitter_seconds",
}


@dataclass(frozen=True)
class Field:
    """`names` stand for the numbers from `low` on; `size` is how many different values there are."""

    name: str
    low: int
    high: int
    size: int
    names: Sequence[str] = ()

    @property
    def right(self) -> str:
        names = f" or a name ({self.names[0]} to {self.names[-1]})" if self.names else ""
        return f"a number from {self.low} to {self.high}{names}"

    def number(self, text: str) -> int | None:
        if text in self.names:
            return self.names.index(text) + self.low
        is_number = NUMBER.fullmatch(text) and self.low <= int(text) <= self.high
        return int(text) if is_number else None


MINUTE = Field("minute", 0, 59, 60)
HOUR = Field("hour", 0, 23, 24)
DAY = Field("day", 1, 31, 31)
MONTH = Field("month", 1, 12, 12, MONTHS)
WEEKDAY = Field("weekday", 0, 7, 7, WEEKDAYS)
FIELDS = (MINUTE, HOUR, DAY, MONTH, WEEKDAY)


def complaint_of(field: Field, text: str) -> str | None:
    """`text` is in capitals."""
    for item in text.split(","):
        complaint = _complaint_of_item(field, text, item)
        if complaint:
            return complaint
    return None


def quoted(text: str) -> str:
    """Short, on one line, without control characters."""
    return repr(text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}…")


def _complaint_of_item(field: Field, text: str, item: str) -> str | None:
    if not item:
        return f"The {field.name} {quoted(text)} has an empty part; write values with one comma between them."
    base, slash, step = item.partition("/")
    if slash and not (NUMBER.fullmatch(step) and 1 <= int(step) <= field.size):
        return f"The step {quoted(step)} of the {field.name} is to be a number from 1 to {field.size}."
    if base == "*":
        return None
    if not slash and _is_special(field, base):
        return None
    first, dash, last = base.partition("-")
    for value in (first, last) if dash else (base,):
        if field.number(value) is None:
            return _complaint_of_value(field, value)
    return _complaint_of_range(field, first, last) if dash else None


def _is_special(field: Field, text: str) -> bool:
    """CronSim's own: L and LW as a day, 5L (the last Friday) and MON#2 (the second Monday) as a weekday."""
    if field is DAY:
        return text in ("L", "LW")
    if field is not WEEKDAY:
        return False
    name, hash_, which = text.partition("#")
    if hash_:
        return field.number(name) is not None and which in ("1", "2", "3", "4", "5")
    return (
        text.endswith("L") and NUMBER.fullmatch(text[:-1]) is not None and field.number(text[:-1]) is not None
    )


def _complaint_of_value(field: Field, value: str) -> str:
    hint = next((f"; {hint}" for sign, hint in ELSEWHERE.items() if _is_elsewhere(sign, value)), "")
    return f"The {field.name} {quoted(value)} is to be {field.right}{hint}."


def _is_elsewhere(sign: str, value: str) -> bool:
    return sign in value and not value.strip("0123456789()-LW" + sign)


def _complaint_of_range(field: Field, first: str, last: str) -> str | None:
    begin, end = field.number(first), field.number(last)
    if begin is None or end is None or begin <= end:
        return None
    low = 1 if field is WEEKDAY else field.low
    rest = f",{low}-{last}" if end >= low else ""
    return (
        f"The range {first}-{last} of the {field.name} ends before it begins;"
        f" write {first}-{field.high}{rest}."
    )
