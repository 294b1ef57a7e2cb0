"""What a plain word of YAML means here: YAML 1.2's core, whose values are those of JSON.

`no` and `on` are words, 2026-11-26 and 1:30 are too; 1.1 makes a truth, a date and 90 of them.
"""

import re

NULL = re.compile(r"(~|null|Null|NULL)?\Z")
TRUTH = re.compile(r"(true|True|TRUE|false|False|FALSE)\Z")
WHOLE = re.compile(r"([-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\Z", re.ASCII)
NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z", re.ASCII)

# For who writes: the tag, what matches, and the characters that it may begin with.
PLAIN: tuple[tuple[str, re.Pattern[str], list[str]], ...] = (
    ("tag:yaml.org,2002:null", NULL, ["~", "n", "N", ""]),
    ("tag:yaml.org,2002:bool", TRUTH, list("tTfF")),
    ("tag:yaml.org,2002:int", WHOLE, list("-+0123456789")),
    ("tag:yaml.org,2002:float", NUMBER, list("-+.0123456789")),
)
BIGGEST = 2**63 - 1


def value_of(text: str) -> str | int | float | bool | None:
    """Raises ValueError for a number that JSON cannot hold everywhere."""
    if NULL.match(text):
        return None
    if TRUTH.match(text):
        return text.lower() == "true"
    if WHOLE.match(text):
        return _whole(text)
    return _number(text) if NUMBER.match(text) else text


def _whole(text: str) -> int:
    number = int(text, {"0o": 8, "0x": 16}.get(text[:2], 10)) if len(text) <= 25 else None
    if number is None or abs(number) > BIGGEST:
        raise ValueError("is a number of more than 64 bits; quote it to make it a text")
    return number


def _number(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("is too large a number; quote it to make it a text")
    return number
