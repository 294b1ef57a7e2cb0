"""What must hold of a payload for it to launch anything: `path op literal`, one comparison a line."""

import json
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scheduling.hooks.paths import DOTTED, Path, parse_path
from system.errors import Invalid

LONGEST = 500
SHOWN = 100
PRESENT, IN = "present", "in"
_ORDERED: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
OPERATORS = ("==", "!=", "<=", ">=", "<", ">", "contains", IN, PRESENT)
_OPERATOR = re.compile(r"==|!=|<=|>=|<|>|(?:contains|in|present)(?![A-Za-z0-9_])")
_SPACE = re.compile(r"[ \t]*")


@dataclass(frozen=True)
class Filter:
    text: str
    path: Path
    op: str
    literal: Any = None

    def refuses(self, payload: dict[str, Any] | list[Any]) -> str:
        """Why it does not hold; empty where it does. Of several values that are found, one is enough."""
        found = self.path.find(payload)
        if any(self._holds(value) for value in found):
            return ""
        if not found:
            return f"{self.text}: there is no {self.path.text}"
        return f"{self.text}: it is {', '.join(_shown(value) for value in found[:3])}"

    def _holds(self, value: Any) -> bool:
        match self.op:
            case "present":
                return value is not None
            case "==":
                return _is_same(value, self.literal)
            case "!=":
                return not _is_same(value, self.literal)
            case "in":
                return any(_is_same(value, item) for item in self.literal)
            case "contains":
                return _contains(value, self.literal)
            case _:
                return _is_comparable(value, self.literal) and bool(_ORDERED[self.op](value, self.literal))


def parse_filter(text: str) -> Filter:
    """Raises Invalid: what is wrong, and where."""
    if len(text) > LONGEST:
        raise Invalid(f"A filter has at most {LONGEST} characters.")
    start = _skip(text, 0)
    end = _end_of_path(text, start)
    if end == start:
        raise Invalid(f"A filter begins with a path, as in alert.status; {_place(start)}.")
    path = parse_path(text[start:end])
    at = _skip(text, end)
    found = _OPERATOR.match(text, at)
    if found is None:
        raise Invalid(f"After the path comes one of {' '.join(OPERATORS)}; {_place(at)}.")
    op = found.group()
    at = _skip(text, found.end())
    if op == PRESENT:
        if at < len(text):
            raise Invalid(f"Nothing comes after present; {_place(at)}.")
        return Filter(text.strip(), path, op)
    return Filter(text.strip(), path, op, _literal(text, at, op))


def _end_of_path(text: str, start: int) -> int:
    """JSONPath goes on to the first space or operator outside of its brackets and quotes."""
    if not text.startswith("$", start):
        found = DOTTED.match(text, start)
        return found.end() if found else start
    depth, quote, at = 0, "", start
    while at < len(text):
        sign = text[at]
        if quote:
            at += sign == "\\"
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        elif depth == 0 and sign in " \t=!<>":
            break
        depth += (not quote) * ((sign == "[") - (sign == "]"))
        at += 1
    return min(at, len(text))


def _literal(text: str, at: int, op: str) -> Any:
    if at >= len(text):
        raise Invalid(f'After {op} comes a value in JSON, as in "firing", 3 or true; {_place(at)}.')
    try:
        value, end = json.JSONDecoder(parse_constant=_refuse_constant).raw_decode(text, at)
    except (ValueError, RecursionError) as error:
        raise Invalid(
            f'This is no value in JSON, as "firing" (with its quotes), 3 or true; {_place(at)}.'
        ) from error
    rest = _skip(text, end)
    if rest < len(text):
        raise Invalid(f"Nothing more can follow the value; {_place(rest)}.")
    if op == IN:
        if not isinstance(value, list) or any(isinstance(item, list | dict) for item in value):
            raise Invalid(f'in takes a list, as ["opened", "reopened"]; {_place(at)}.')
    elif isinstance(value, list | dict):
        raise Invalid(f"{op} takes one value: text, a number, true, false or null; {_place(at)}.")
    elif op in _ORDERED and (isinstance(value, bool) or not isinstance(value, int | float | str)):
        raise Invalid(f"{op} takes a number or a text; {_place(at)}.")
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _place(index: int) -> str:
    return f"at character {index + 1}"


def _is_same(value: Any, literal: Any) -> bool:
    """As JSON has it: true is no 1."""
    return isinstance(value, bool) == isinstance(literal, bool) and bool(value == literal)


def _contains(value: Any, literal: Any) -> bool:
    if isinstance(value, str):
        return isinstance(literal, str) and literal in value
    return isinstance(value, list) and any(_is_same(item, literal) for item in value)


def _is_comparable(value: Any, literal: Any) -> bool:
    if isinstance(value, bool):
        return False
    numbers = isinstance(value, int | float) and isinstance(literal, int | float)
    return numbers or (isinstance(value, str) and isinstance(literal, str))


def _shown(value: Any) -> str:
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
