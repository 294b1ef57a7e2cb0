from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Path

from system.models import BackupState
from system.paging import Page
from system.wire import BIGGEST, Out

BackupId = Annotated[int, Path(ge=1, le=BIGGEST)]


class BackupFilters(Page):
    state: BackupState | None = None


class BackupOut(Out):
    """`verified_at` is when the whole file was last read and found right; sum and size are the file's.

    `is_here` tells whether the host that answers can read it: of several hosts each keeps its own.
    """

    id: int
    name: str
    state: Literal["queued", "running", "completed", "failed"]
    trigger: Literal["daily", "manual"]
    asked_by: str
    node_id: str
    is_here: bool
    engine: str
    size_bytes: int | None
    sha256: str
    started_at: datetime
    ended_at: datetime | None
    error: str
    verified_at: datetime | None
    verify_asked_at: datetime | None
    drilled_at: datetime | None
    drill_passed: bool | None
    drill_detail: str
    copied_to: str
    copied_at: datetime | None
    copy_error: str


class BackupDetail(BackupOut):
    manifest: dict[str, Any]


class BackupList(Out):
    items: list[BackupOut]
    count: int
