"""The `usage` object of the Messages API, read strictly: what was billed, in which parts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MAX_COUNT = 2**63 - 1
MOST_ITERATIONS = 1000  # of one request; each is priced by itself, which takes its time
ITERATION_TYPES = frozenset({"message", "compaction", "advisor_message", "fallback_message"})


class UsageError(ValueError):
    """`usage` is malformed. `path` names the field, as in `iterations[1].input_tokens`."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
        self.message = message


@dataclass(frozen=True)
class TokenCounts:
    """Three separate counts of the prompt, and the answer's (which holds thinking tokens already)."""

    input: int = 0
    output: int = 0
    cache_creation: int = 0
    cache_read: int = 0

    @property
    def total(self) -> int:
        return self.input + self.output + self.cache_creation + self.cache_read


@dataclass(frozen=True)
class Part:
    """What is priced as one: a request, or one iteration of it. `model` is None where none is named."""

    model: str | None
    input: int
    output: int
    w5: int
    w1: int
    read: int

    @property
    def prompt(self) -> int:
        return self.input + self.w5 + self.w1 + self.read


@dataclass(frozen=True)
class Usage:
    """Texts are as received. `known` is False where there is a kind of iteration that has no price."""

    parts: tuple[Part, ...]
    web_searches: int
    speed: str | None
    tier: str | None
    geo: str | None
    known: bool

    @property
    def tokens(self) -> TokenCounts:
        return TokenCounts(
            input=sum(part.input for part in self.parts),
            output=sum(part.output for part in self.parts),
            cache_creation=sum(part.w5 + part.w1 for part in self.parts),
            cache_read=sum(part.read for part in self.parts),
        )


def read_usage(raw: Mapping[str, Any]) -> Usage:
    """Raises UsageError. Fields that are absent or null count as zero, unknown ones are left alone."""
    if not isinstance(raw, Mapping):
        raise UsageError("usage", "must be an object")
    iterations = _list(raw, "iterations")
    if len(iterations) > MOST_ITERATIONS:
        raise UsageError("iterations", f"must have at most {MOST_ITERATIONS} entries")
    usage = Usage(
        # Where there are iterations, they are what is billed: compaction and advisors stand nowhere else.
        parts=tuple(_iteration(entry, f"iterations[{n}]") for n, entry in enumerate(iterations))
        or (_part(raw, "", None),),
        web_searches=_count(_mapping(raw, "", "server_tool_use"), "server_tool_use.", "web_search_requests"),
        speed=_text(raw, "", "speed"),
        tier=_text(raw, "", "service_tier"),
        geo=_text(raw, "", "inference_geo"),
        known=all(entry["type"] in ITERATION_TYPES for entry in iterations),
    )
    if usage.tokens.total > MAX_COUNT:
        raise UsageError("usage", "the counts add up to more than 2^63 - 1")
    return usage


def _iteration(entry: Any, path: str) -> Part:
    if not isinstance(entry, Mapping):
        raise UsageError(path, "must be an object")
    if _text(entry, f"{path}.", "type") is None:
        raise UsageError(f"{path}.type", "is missing")
    return _part(entry, f"{path}.", _text(entry, f"{path}.", "model"))


def _part(raw: Mapping[str, Any], at: str, model: str | None) -> Part:
    split = _mapping(raw, at, "cache_creation")
    w5 = _count(split, f"{at}cache_creation.", "ephemeral_5m_input_tokens")
    w1 = _count(split, f"{at}cache_creation.", "ephemeral_1h_input_tokens")
    written = _count(raw, at, "cache_creation_input_tokens")
    return Part(
        model=model,
        input=_count(raw, at, "input_tokens"),
        output=_count(raw, at, "output_tokens"),
        w5=max(w5, written - w1),  # writes that the split leaves out were for 5 minutes
        w1=w1,
        read=_count(raw, at, "cache_read_input_tokens"),
    )


def _count(raw: Mapping[str, Any], at: str, name: str) -> int:
    value = raw.get(name)
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int):
        raise UsageError(f"{at}{name}", "must be a whole number")
    if not 0 <= value <= MAX_COUNT:
        raise UsageError(f"{at}{name}", "must be from 0 to 2^63 - 1")
    return value


def _text(raw: Mapping[str, Any], at: str, name: str) -> str | None:
    value = raw.get(name)
    if value is not None and not isinstance(value, str):
        raise UsageError(f"{at}{name}", "must be a string")
    return value


def _mapping(raw: Mapping[str, Any], at: str, name: str) -> Mapping[str, Any]:
    value = raw.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise UsageError(f"{at}{name}", "must be an object")
    return value


def _list(raw: Mapping[str, Any], name: str) -> list[Any]:
    value = raw.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise UsageError(name, "must be a list")
    return value
