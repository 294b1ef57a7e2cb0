"""The log lines of an execution, read back from its events: as far as they are kept."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from executions.models import Execution

PAGE = 2000
SHOWN_AT_MOST = 10_000


def log_lines(execution: Execution) -> list[dict[str, Any]]:
    """The last SHOWN_AT_MOST lines, in order (schemas.LogOut)."""
    newest = execution.events.logs().order_by("-seq")[:SHOWN_AT_MOST]
    lines = [
        {
            "seq": event.seq,
            "at": event.at,
            **{name: event.decoded[name] for name in ("level", "message", "step_number")},
        }
        for event in newest
    ]
    return lines[::-1]


def removed_events(execution: Execution) -> int:
    """How many of its first events were deleted; what is left keeps its numbers."""
    if execution.is_active:
        return 0
    first = execution.events.order_by("seq").values_list("seq", flat=True).first()
    return execution.event_count if first is None else first - 1


def removed_words(execution: Execution) -> str:
    """Empty where nothing was deleted."""
    removed = removed_events(execution)
    return (
        f"The first {removed:,} events, with their log lines, were deleted for their age." if removed else ""
    )


def log_text(execution: Execution) -> Iterator[str]:
    """All lines as text, some pages at a time, so that a long log is never in memory as a whole."""
    if words := removed_words(execution):
        yield f"{words}\n"
    seq = 0
    while True:
        events = list(execution.events.logs().after(seq)[:PAGE])
        if not events:
            return
        yield "".join(_line(event.at, event.decoded) for event in events)
        seq = events[-1].seq


def _line(at: datetime, data: dict[str, Any]) -> str:
    stamp = at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")
    return f"{stamp}Z {data['level'].upper():5} {data['message']}\n"
