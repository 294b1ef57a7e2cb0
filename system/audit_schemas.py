from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from system.askers import Door
from system.paging import Cursor, Page
from system.wire import WITHOUT_NUL, Out, RangeEnd, RangeStart


class AuditFilters(Page):
    """Whole values, as entries hold them. A `cursor` goes on after the page that gave it."""

    actor: Annotated[str, Field(min_length=1, max_length=150, pattern=WITHOUT_NUL)] | None = None
    action: Annotated[str, Field(max_length=60, pattern=r"^[a-z-]+\.[a-z-]+$")] | None = None
    target: Annotated[str, Field(min_length=1, max_length=200, pattern=WITHOUT_NUL)] | None = None
    door: Door | None = None
    date_from: RangeStart | None = None
    date_to: RangeEnd | None = None
    cursor: Cursor | None = None


class AuditOut(Out):
    """`changes` are facts by their names, and {"before": …, "after": …} where a field was changed.

    `token` is the beginning of the token that was used, empty where it was none.
    """

    id: int
    at: datetime
    actor: str
    door: Door
    address: str
    token: str
    action: str
    target: str
    changes: dict[str, Any]
    digest: str


class AuditList(Out):
    """`next_cursor` is null on the last page."""

    items: list[AuditOut]
    count: int
    next_cursor: str | None
