"""Pages of a list: `limit` and `offset`, or a cursor for going deep at the same price."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Annotated, Any

from django.db.models import QuerySet
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

from system.wire import BIGGEST

MAX_LIMIT = 500


class Page(BaseModel):
    """The part of a list that a query asks for; numbers come as text, so they are not read strictly."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = 50
    offset: Annotated[int, Field(ge=0, le=BIGGEST)] = 0

    @property
    def window(self) -> slice:
        return slice(self.offset, min(self.offset + self.limit, BIGGEST))


def given(filters: Mapping[str, Any]) -> dict[str, Any]:
    """Conditions of a query: those of `filters` that are not None."""
    return {name: value for name, value in filters.items() if value is not None}


def page_of(rows: QuerySet[Any], page: Page) -> dict[str, Any]:
    """A list as the API gives it: the items of this page, and how many there are in all."""
    return {"items": list(rows[page.window]), "count": rows.count()}


def newest_first(
    rows: QuerySet[Any], page: Page, cursor: str | None, key: Callable[[Any], int] = attrgetter("pk")
) -> tuple[list[Any], str | None]:
    """The rows of this page, by falling primary key, and the cursor of the next one; None on the last.

    `key` gives the primary key of what `rows` yields.
    """
    rows = rows.order_by("-pk")
    if cursor is not None:
        rows = rows.filter(pk__lt=read_cursor(cursor))
    # One row more than is asked for tells whether there is another page.
    found = list(rows[page.window.start : page.window.stop + 1])
    shown = found[: page.limit]
    return shown, make_cursor(key(shown[-1])) if len(found) > len(shown) else None


def make_cursor(key: int) -> str:
    """An opaque name of the row with primary key `key`, as the last one of a page."""
    return urlsafe_b64encode(key.to_bytes(8)).decode().rstrip("=")


def read_cursor(text: str) -> int:
    """Raises ValueError for what make_cursor did not make."""
    try:
        key = int.from_bytes(urlsafe_b64decode(f"{text}="))
    except ValueError:
        key = -1
    if not 0 <= key <= BIGGEST or make_cursor(key) != text:
        raise ValueError("is not a cursor that a list gave as next_cursor")
    return key


def _checked(text: str) -> str:
    read_cursor(text)
    return text


Cursor = Annotated[
    str, AfterValidator(_checked), WithJsonSchema({"type": "string", "pattern": "^[A-Za-z0-9_-]{11}$"})
]
