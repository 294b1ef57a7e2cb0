from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from agents.models import Source
from agents.schemas import Comment, Revision
from system.paging import Page
from system.wire import In, Out

LARGEST = 2**31 - 1  # what the column holds


class VersionOut(Out):
    """`source` is the door it came through, or import, seed, or found: a state brought about past ClaudeOps.
    `restored_from` is the version that it went back to.
    """

    number: int
    at: datetime
    author: str
    source: Source
    comment: str
    restored_from: int | None


class VersionDetail(VersionOut):
    """`settings` are the fields of the agent as they were, as a PUT takes them."""

    agent_type: str
    settings: dict[str, Any]


class VersionList(Out):
    items: list[VersionOut]
    count: int


class VersionFilters(Page):
    pass


class DiffFilters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    against: Annotated[int, Field(ge=1, le=LARGEST)] | None = None


class PieceOut(Out):
    """`state` is added, removed, changed or moved; each line begins with "+ ", "- " or two blanks."""

    title: str
    state: str
    note: str
    lines: list[str]


class DiffOut(Out):
    """What `number` has otherwise than `against`, in pieces: the settings, each step, the rest."""

    agent_type: str
    against: int
    number: int
    pieces: list[PieceOut]


class RestoreIn(In):
    """With a `revision` (the newest version that was seen) nothing is done where a later one was saved."""

    revision: Revision | None = None
    comment: Comment = ""
