"""Event rows as text for sockets: each is encoded once, whoever gets it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from system.wire import dumps

# daphne sends at most 1 MiB in one message, and a character takes up to 4 bytes.
FRAME_CHARACTERS = 100_000
# Data that is longer is left out, and read with GET /executions/{id}/events.
DATA_CHARACTERS = 200_000


class LiveEvent(NamedTuple):
    id: int
    execution_id: int
    seq: int
    text: str


def encode_event(
    id_: int, execution_id: int, uid: UUID, seq: int, event: str, at: datetime, data: str | None, size: int
) -> LiveEvent:
    """`data` is encoded JSON, put in as it is; None, with its `size`, where it is too long to send."""
    if data is None:
        data = f'{{"truncated":true,"characters":{size}}}'
    moment = at.isoformat().replace("+00:00", "Z")
    text = (
        f'{{"event":"{event}","id":{id_},"seq":{seq},"execution_id":"{uid}","at":"{moment}","data":{data}}}'
    )
    return LiveEvent(id_, execution_id, seq, text)


def frames_of(events: Sequence[LiveEvent]) -> list[str]:
    """As few frames as the limit allows, in order."""
    return [f"[{','.join(texts)}]" for texts in _bundles(event.text for event in events)]


def _bundles(texts: Iterable[str]) -> Iterator[list[str]]:
    bundle: list[str] = []
    size = 0
    for text in texts:
        if bundle and size + len(text) > FRAME_CHARACTERS:
            yield bundle
            bundle, size = [], 0
        bundle.append(text)
        size += len(text) + 1
    if bundle:
        yield bundle


def frame(event: str, **fields: Any) -> str:
    """A frame of one message that is no row."""
    return dumps([{"event": event, **fields}]).decode()
