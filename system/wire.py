"""How values look on the wire: JSON in and out, and the types that all request and response schemas share."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import orjson
from django.http import HttpResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, WithJsonSchema

from system.days import start_of
from system.money import text_of

BIGGEST = 2**63 - 1  # what a BIGINT holds
# The default of a field of a PATCH. It is never read, so it need not be of the field's type: what was not
# set is not dumped.
NOT_GIVEN: Any = None

# Years outside of these cannot be moved into every time zone.
_FIRST_YEAR, _LAST_YEAR = 1970, 9998
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class In(BaseModel):
    """What a client sends: unknown fields are refused, and a value of another type is not guessed at."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Out(BaseModel):
    """What a client gets, read from an object or a mapping."""

    model_config = ConfigDict(from_attributes=True)


class FieldError(Out):
    field: str
    message: str


class Problem(Out):
    """RFC 9457. `limit` stands only where a limit refused a launch, and names it."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldError] = []
    limit: str | None = None


def dumps(data: Any) -> bytes:
    """JSON with times in UTC and amounts as decimal strings. An orjson.Fragment is passed on as it is."""
    return orjson.dumps(data, default=_encode, option=orjson.OPT_UTC_Z)


def _encode(value: object) -> str:
    if isinstance(value, Decimal):
        return text_of(value)
    if isinstance(value, UUID):  # orjson knows the class itself, not uuid6's
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON here")


def json_response(data: Any, status: int = 200) -> HttpResponse:
    return HttpResponse(dumps(data), status=status, content_type="application/json")


def _moment(value: object) -> datetime:
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        raise ValueError("must be a time with its offset, as in 2026-11-23T14:05:00Z")
    moment = datetime.fromisoformat(_six_places(value.upper()))
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise ValueError(f"must lie in the years {_FIRST_YEAR} to {_LAST_YEAR}")
    return moment.astimezone(UTC)


def _six_places(text: str) -> str:
    """Finer fractions than microseconds are cut: Python reads no more."""
    return re.sub(r"(\.\d{6})\d+", r"\1", text)


def _day(value: object) -> date:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("must be a day, as in 2026-11-23")
    day = date.fromisoformat(value)
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise ValueError(f"must lie in the years {_FIRST_YEAR} to {_LAST_YEAR}")
    return day


def _day_edge(days_later: int) -> Callable[[object], datetime]:
    """The reader of a bound that is a time, or a day: its start in TIME_ZONE, or that of the next one."""

    def read(value: object) -> datetime:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            return _moment(value)
        day = date.fromisoformat(value)
        if not _FIRST_YEAR < day.year < _LAST_YEAR:
            raise ValueError(f"must lie between the years {_FIRST_YEAR} and {_LAST_YEAR}")
        return start_of(day + timedelta(days=days_later))

    return read


_DATE_TIME = {"type": "string", "format": "date-time"}
_DATE_OR_TIME = {"anyOf": [{"type": "string", "format": "date"}, _DATE_TIME]}

Day = Annotated[date, PlainValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Moment = Annotated[datetime, PlainValidator(_moment), WithJsonSchema(_DATE_TIME)]
# Bounds of a half-open range, so that two ranges that meet share nothing; a day as its end is meant whole.
RangeStart = Annotated[datetime, PlainValidator(_day_edge(0)), WithJsonSchema(_DATE_OR_TIME)]
RangeEnd = Annotated[datetime, PlainValidator(_day_edge(1)), WithJsonSchema(_DATE_OR_TIME)]


def number_of(text: str) -> int | None:
    """A key that every database holds."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


WITHOUT_NUL = r"^[^\x00]*$"
Line = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00\n]*[^\x00\s][^\x00\n]*$")]
Slug = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[-a-zA-Z0-9_]+$")]
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=WITHOUT_NUL)]
NodeId = Name
Count = Annotated[int, Field(ge=0, le=BIGGEST)]


def usd_text(value: object) -> object:
    return text_of(value) if isinstance(value, Decimal) else value


# An amount of USD as it is shown: exact, no exponent.
UsdOut = Annotated[str, BeforeValidator(usd_text), Field(pattern=r"^-?\d+(\.\d+)?$", examples=["0.00125"])]


def _usd(value: object) -> Decimal:
    if not isinstance(value, str) or not re.fullmatch(r"\d{1,7}(\.\d{1,12})?", value, re.ASCII):
        raise ValueError('must be an amount of USD as a string, as in "0.25", with at most 12 decimal places')
    return Decimal(value)


UsdIn = Annotated[
    Decimal, PlainValidator(_usd), WithJsonSchema({"type": "string", "pattern": r"^\d{1,7}(\.\d{1,12})?$"})
]
