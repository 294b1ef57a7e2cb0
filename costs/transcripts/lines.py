"""What a line of a transcript says about one answer of the API."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from django.utils import timezone

from costs.transcripts.files import LONGEST_LINE, Line
from costs.usage import UsageError, read_usage
from executions.text import without_nul

EARLIEST = datetime(2023, 1, 1, tzinfo=UTC)  # before there was a Claude to be asked
CLOCKS_DIFFER = timedelta(hours=1)
LONGEST_ID = 1000
LONGEST_MODEL = 100  # as the column holds
LARGEST_USAGE = 64 * 2**10  # bytes of JSON
# Far above any request, far below where the sums of a day end (9.2e18).
MOST_TOKENS = 10**8
MOST_SEARCHES = 10**6
UNFINISHED = " (the file ends in the middle of it: is it still written to?)"

Rank = tuple[int, int, int, int, str, str, str, str, int]


class BadLine(ValueError):
    """What is wrong with a line, for people."""


class Synthetic(Exception):
    """The line was written by Claude Code itself, such as an API error: nothing was billed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one line says of an answer. Ids are empty where the line has none."""

    message_id: str
    request_id: str
    conversation: str
    line_id: str
    is_sidechain: bool
    model: str
    usage: dict[str, Any]
    at: datetime
    rank: Rank


def read_answer(line: Line) -> Answer | None:
    """None where the line is about something else. Raises BadLine and Synthetic."""
    entry = _loaded(line)
    message = entry.get("message") if entry.get("type") == "assistant" else None
    if entry.get("type") == "progress":
        entry = _repeated(entry)
        message = entry.get("message")
    if message is None:
        return None
    if not isinstance(message, dict):
        raise BadLine("message is no object")
    if message.get("model") == "<synthetic>" or entry.get("isApiErrorMessage") is True:
        raise Synthetic
    return None if message.get("usage") is None else _answer(entry, message)


def rank_of(model: str, usage: dict[str, Any], at: datetime) -> Rank:
    """Of two lines about one answer the greater one is kept: first by output tokens, then by whatever else
    makes the choice the same in any order. Nothing in it depends on prices. Raises UsageError.
    """
    read = read_usage(usage)
    tokens = read.tokens
    return (
        tokens.output,
        tokens.total,
        sum(part.w1 for part in read.parts),
        read.web_searches,
        read.speed or "",
        read.tier or "",
        read.geo or "",
        model,
        -((at - EARLIEST) // timedelta(microseconds=1)),
    )


def _answer(entry: dict[str, Any], message: dict[str, Any]) -> Answer:
    model = _text(message, "model", "message.model", LONGEST_MODEL)
    if not model:
        raise BadLine("message.model is missing")
    at = _moment(entry)
    usage = _usage(message)
    answer = Answer(
        message_id=_text(message, "id", "message.id"),
        request_id=_text(entry, "requestId", "requestId"),
        conversation=_text(entry, "sessionId", "sessionId"),
        line_id=_text(entry, "uuid", "uuid"),
        is_sidechain=entry.get("isSidechain") is True,
        model=model,
        usage=usage,
        at=at,
        rank=_checked_rank(model, usage, at),
    )
    if not (answer.message_id or answer.request_id or answer.line_id):
        raise BadLine("has neither message.id nor requestId: it could be counted twice")
    return answer


def _loaded(line: Line) -> dict[str, Any]:
    if line.data is None:
        raise BadLine(f"is {line.size} bytes long; at most {LONGEST_LINE} are read")
    try:
        entry = _json(line.data.removeprefix(b"\xef\xbb\xbf") if line.number == 1 else line.data)
    except ValueError as error:
        raise BadLine(f"is no JSON: {_why(error)}{'' if line.has_end else UNFINISHED}") from error
    if not isinstance(entry, dict):
        raise BadLine("is no JSON object")
    return entry


def _json(data: bytes) -> Any:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        if "surrogate" not in str(error):
            raise
    # JavaScript writes half a character, where it cut a text in its middle, as \ud83d; Python reads it.
    try:
        return json.loads(data, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _why(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.pos + 1}"
    return str(error)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _repeated(entry: dict[str, Any]) -> dict[str, Any]:
    """The line of a subagent that this line of its conversation repeats; empty where it is none."""
    data = entry.get("data")
    inner = data.get("message") if isinstance(data, dict) else None
    if not isinstance(inner, dict) or inner.get("type", "assistant") != "assistant":
        return {}
    outer = {name: entry[name] for name in ("timestamp", "sessionId") if name in entry}
    return {**outer, **inner}


def _text(holder: dict[str, Any], key: str, name: str, longest: int = LONGEST_ID) -> str:
    value = holder.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadLine(f"{name} is no text")
    if len(value) > longest:
        raise BadLine(f"{name} is longer than {longest} characters")
    if "\x00" in value or not _is_unicode(value):
        raise BadLine(f"{name} holds what is no text")
    return value


def _is_unicode(value: str) -> bool:
    return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)


def _moment(entry: dict[str, Any]) -> datetime:
    raw = _text(entry, "timestamp", "timestamp")
    if not raw:
        raise BadLine("timestamp is missing")
    try:
        at = datetime.fromisoformat(raw)
    except ValueError as error:
        raise BadLine("timestamp is no time of ISO 8601") from error
    if at.tzinfo is None:
        raise BadLine("timestamp has no time zone")
    if not EARLIEST <= at <= timezone.now() + CLOCKS_DIFFER:
        raise BadLine(f"timestamp is {'in the future' if at > EARLIEST else 'before 2023'}")
    return at.astimezone(UTC)


def _usage(message: dict[str, Any]) -> dict[str, Any]:
    usage = message["usage"]
    if not isinstance(usage, dict):
        raise BadLine("message.usage is no object")
    try:
        written = orjson.dumps(usage)
    except orjson.JSONEncodeError as error:
        raise BadLine(f"message.usage: {error}") from error
    if len(written) > LARGEST_USAGE:
        raise BadLine(f"message.usage is larger than {LARGEST_USAGE} bytes")
    clean: dict[str, Any] = without_nul(usage) if b"\\u0000" in written else usage
    return clean


def _checked_rank(model: str, usage: dict[str, Any], at: datetime) -> Rank:
    try:
        rank = rank_of(model, usage, at)
    except UsageError as error:
        raise BadLine(f"message.usage.{error}") from error
    if rank[1] > MOST_TOKENS or rank[3] > MOST_SEARCHES:
        raise BadLine("message.usage counts more than any request can use")
    return rank
