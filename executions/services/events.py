from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from executions.doorbell import ring_on_commit
from executions.models import EventName, ExecutionEvent
from executions.text import without_nul
from system.statements import insert_rows

ESCAPED_NUL = rb"\u0000"
COLUMNS = ("execution_id", "seq", "event", "at", "data", "key")


@dataclass(frozen=True)
class NewEvent:
    event: EventName
    at: datetime
    data: Mapping[str, Any]
    key: str | None = None


def started_event(at: datetime, agent_type: str, attempt: int) -> NewEvent:
    data = {"agent_type": agent_type, "started_at": at.isoformat(), "attempt": attempt}
    return NewEvent(EventName.STARTED, at, data)


def insert_events(execution_id: int, first_seq: int, events: Sequence[NewEvent]) -> None:
    """Write `events` as numbers `first_seq`… and ring after commit. The caller has raised event_count."""
    insert_rows(
        ExecutionEvent,
        COLUMNS,
        (
            (execution_id, seq, event.event.value, event.at, _encoded(event.data), event.key)
            for seq, event in enumerate(events, start=first_seq)
        ),
    )
    ring_on_commit()


def insert_first_events(events: Iterable[tuple[int, NewEvent]]) -> None:
    """Write event 1 of several executions, given with their primary keys, and ring after commit."""
    insert_rows(
        ExecutionEvent,
        COLUMNS,
        (
            (execution_id, 1, event.event.value, event.at, _encoded(event.data), event.key)
            for execution_id, event in events
        ),
    )
    ring_on_commit()


def _encoded(data: Mapping[str, Any]) -> str:
    text = orjson.dumps(data)
    if ESCAPED_NUL in text:  # or a text that only looks like it: then nothing is taken out
        text = orjson.dumps(without_nul(data))
    return text.decode()
