"""What JSON can hold everywhere here: in both databases, on the wire, and in a browser's own reader.

Python's reader takes more, and what it took would fail much later: PostgreSQL refuses NaN, the API's writer
a whole number of more than 64 bits, and both half of a surrogate pair.
"""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from system.errors import Invalid

BIGGEST = 2**63 - 1
_BIGGEST_READ = 2**64 - 1  # as other programs' counters and ids may be
_LONG = re.compile(rb"[0-9]{19}")
_SURROGATE = re.compile("[\ud800-\udfff]")


def misfits_in(value: Any) -> Iterator[tuple[str, str]]:
    """Pairs of a path, as `steps.2.require.0.value`, and what is wrong there. However deep `value` is."""
    for path, part in _parts_of(value):
        if problem := _problem(part):
            yield path, problem


def _problem(value: Any) -> str:
    match value:
        case float() if not math.isfinite(value):
            return f"JSON has no such number as {value}; leave it out, or write null"
        case int() if abs(value) > BIGGEST:
            return "a whole number of more than 64 bits cannot be kept; quote it to make it a text"
        case str() if _SURROGATE.search(value):
            return "it holds half of a surrogate pair, which is no text"
        case dict() if any(isinstance(key, str) and _SURROGATE.search(key) for key in value):
            return "one of its names holds half of a surrogate pair, which is no text"
    return ""


def check_whole_numbers(body: bytes, *, field: str = "") -> None:
    """Raise Invalid for a whole number in this JSON that its reader could only keep as a rounded one.

    It is told of `field`, or of the place of the number. The JSON is known to be sound, and not deep.
    """
    if not _LONG.search(body):
        return
    for path, part in _parts_of(json.loads(body, parse_int=_whole)):
        if isinstance(part, _TooLong):
            raise Invalid(
                f"{part.text} has more than 64 bits, and would be rounded; quote it to make it a text.",
                field=field or path or "body",
            )


class _TooLong:
    """A whole number as it stands in the JSON; a very long one is cut."""

    def __init__(self, digits: str) -> None:
        self.text = digits if len(digits) <= 40 else f"{digits[:40]}…"


def _whole(digits: str) -> Any:
    is_held = len(digits) <= 20 and -BIGGEST - 1 <= int(digits) <= _BIGGEST_READ
    return 0 if is_held else _TooLong(digits)


def _parts_of(value: Any) -> Iterator[tuple[str, Any]]:
    """The value and all in it, in order, each with its path: with escapes for what no text can hold."""
    left: list[tuple[str, Any]] = [("", value)]
    while left:
        path, part = left.pop()
        yield path.encode(errors="backslashreplace").decode(), part
        inside: list[tuple[Any, Any]] = []
        if isinstance(part, dict):
            inside = list(part.items())
        elif isinstance(part, list):
            inside = list(enumerate(part))
        left += [(f"{path}.{key}" if path else str(key), item) for key, item in reversed(inside)]
