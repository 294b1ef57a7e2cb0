"""Paths into a payload: `alerts.0.labels.severity`, or JSONPath (RFC 9535) where it begins with `$`.

Payloads are a stranger's, so a path must cost no more than one look at each node. Of RFC 9535 these are
left out: several selectors in one pair of brackets, a second `..`, a second `$`, and regular expressions.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from jsonpath import JSONPath, JSONPathEnvironment
from jsonpath.exceptions import JSONPathError
from jsonpath.token import TOKEN_COMMA, TOKEN_DDOT, TOKEN_LPAREN, TOKEN_ROOT, TOKEN_RPAREN, Token

from system.errors import Invalid

MOST_RESULTS = 100
LONGEST_PATH = 500
DOTTED = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*", re.ASCII)


class _Environment(JSONPathEnvironment):
    def setup_function_extensions(self) -> None:
        super().setup_function_extensions()
        for costly in ("match", "search"):
            self.function_extensions.pop(costly, None)


_ENVIRONMENT = _Environment(strict=True)


@dataclass(frozen=True)
class Path:
    """`is_single`: it leads to one place at most."""

    text: str
    is_single: bool
    query: JSONPath | None = None

    def find(self, payload: dict[str, Any] | list[Any]) -> list[Any]:
        """The values there, MOST_RESULTS at most; none where there is no such place."""
        if self.query is None:
            return _dotted(payload, self.text.split("."))
        return [match.obj for match in islice(self.query.finditer(payload), MOST_RESULTS)]


@lru_cache(maxsize=1000)
def parse_path(text: str) -> Path:
    """Raises Invalid, with the place of what is wrong."""
    if len(text) > LONGEST_PATH:
        raise Invalid(f"A path has at most {LONGEST_PATH} characters.")
    if not text.startswith("$"):
        if not DOTTED.fullmatch(text):
            raise Invalid(
                f"{text!r} is no path: write names with dots, as in alert.status, or $.alert.status."
            )
        return Path(text, is_single=True)
    try:
        _check_cost(list(_ENVIRONMENT.lexer.tokenize(text)))
        query = _ENVIRONMENT.compile(text)
    except (JSONPathError, RecursionError, ValueError, IndexError, OverflowError) as error:
        raise Invalid(_complaint(text, error)) from error
    if not isinstance(query, JSONPath):
        raise Invalid(f"{text!r} is more than one path.")
    return Path(text, query.singular_query(), query)


def _check_cost(tokens: list[Token]) -> None:
    depth = 0
    seen = {TOKEN_DDOT: 0, TOKEN_ROOT: 0}
    for token in tokens:
        if token.kind in seen:
            seen[token.kind] += 1
            if seen[token.kind] > 1:
                raise Invalid(f"{token.value} may stand in a path once; {_place(token.index)}.")
        depth += (token.kind == TOKEN_LPAREN) - (token.kind == TOKEN_RPAREN)
        if token.kind == TOKEN_COMMA and depth == 0:
            raise Invalid(f"One selector in each pair of brackets, please; {_place(token.index)}.")


def _complaint(text: str, error: Exception) -> str:
    token = getattr(error, "token", None)
    what = str(error.args[0]) if error.args else "it cannot be read"
    if not isinstance(token, Token):
        return f"This is no JSONPath (RFC 9535): {what}."
    where = _place(token.index) if 0 <= token.index < len(text) else "at its end"
    return f"This is no JSONPath (RFC 9535): {what}; {where}."


def _place(index: int) -> str:
    return f"at character {index + 1}"


def _dotted(value: Any, parts: list[str]) -> list[Any]:
    for part in parts:
        if isinstance(value, list) and part.isdigit() and len(part) < 10 and int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, dict) and part in value:
            value = value[part]
        else:
            return []
    return [value]
