"""The place of a row in a list that is ordered by time, and by id among those of one moment."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, WithJsonSchema

from system.wire import BIGGEST

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST = (datetime(9998, 12, 31, tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)


class Place(NamedTuple):
    at: datetime
    id: int


def make_time_cursor(place: Place) -> str:
    """Opaque to clients. It holds the place itself: the row may be gone when it is read."""
    microseconds = (place.at - _EPOCH) // timedelta(microseconds=1)
    return urlsafe_b64encode(microseconds.to_bytes(8) + place.id.to_bytes(8)).decode().rstrip("=")


def read_time_cursor(text: str) -> Place:
    """Raises ValueError for what make_time_cursor did not make."""
    try:
        raw = urlsafe_b64decode(f"{text}==")
    except ValueError:
        raw = b""
    microseconds, key = int.from_bytes(raw[:8]), int.from_bytes(raw[8:])
    if len(raw) == 16 and microseconds <= _MOST and key <= BIGGEST:
        place = Place(_EPOCH + timedelta(microseconds=microseconds), key)
        if make_time_cursor(place) == text:
            return place
    raise ValueError("is not a cursor that a list gave as next_cursor")


def _checked(text: str) -> str:
    read_time_cursor(text)
    return text


TimeCursor = Annotated[
    str, AfterValidator(_checked), WithJsonSchema({"type": "string", "pattern": "^[A-Za-z0-9_-]{22}$"})
]
