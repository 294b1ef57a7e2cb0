from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from django.utils import timezone
from pydantic import Field

from agents.findings.deciding import LONGEST_NOTE
from agents.findings.trends import days_of, trend_of
from agents.models import Finding, FindingState
from system.models import Severity
from system.paging import Cursor, Page
from system.wire import In, Moment, NodeId, Out, RangeEnd, RangeStart, Slug

LONGEST_HOURS = 366 * 24
Note = Annotated[str, Field(max_length=LONGEST_NOTE, pattern=r"^[^\x00]*$")]
Trend = Literal["new", "back again", "rising", "steady", "falling", "gone"]


class FindingFilters(Page):
    """`active` are those that are not resolved. `date_from` and `date_to` are about `last_seen`.

    A `cursor` goes on after the page that gave it.
    """

    state: Literal["open", "acknowledged", "snoozed", "resolved", "active"] | None = None
    severity: Severity | None = None
    agent_type: Slug | None = None
    node_id: NodeId | None = None
    date_from: RangeStart | None = None
    date_to: RangeEnd | None = None
    cursor: Cursor | None = None


class FindingOut(Out):
    """`count` is how many runs found it in all, `regressions` how often it came back after it was resolved.

    `state_by` is empty where it came into that state by itself, and `state_why` says why
    where no run does. The executions are null once deleted.
    """

    id: int
    agent_type: str
    node_id: str
    title: str
    severity: Severity
    state: FindingState
    state_since: datetime
    state_by: str
    state_why: str
    snoozed_until: datetime | None
    note: str
    first_seen: datetime
    last_seen: datetime
    count: int
    regressions: int
    back_at: datetime | None
    trend: Trend
    first_execution_id: UUID | None
    last_execution_id: UUID | None

    @classmethod
    def of(cls, finding: Finding) -> Self:
        return cls.model_validate(cls.values(finding))

    @classmethod
    def values(cls, finding: Finding) -> dict[str, object]:
        first, last = finding.first_execution, finding.last_execution
        computed: dict[str, object] = {
            "trend": trend_of(finding, timezone.now()),
            "snoozed_until": finding.snoozed_until if finding.state == FindingState.SNOOZED else None,
            "first_execution_id": UUID(str(first.uid)) if first else None,
            "last_execution_id": UUID(str(last.uid)) if last else None,
        }
        plain = (name for name in FindingOut.model_fields if name not in computed)
        return {**{name: getattr(finding, name) for name in plain}, **computed}


class FindingList(Out):
    """`next_cursor` is null on the last page."""

    items: list[FindingOut]
    count: int
    next_cursor: str | None


class FindingDay(Out):
    day: date
    count: int


class FindingDetail(FindingOut):
    """Texts as the last run that found it had them; `days` are the last thirty, the oldest first."""

    evidence: str
    recommendation: str
    command: str | None
    days: list[FindingDay]

    @classmethod
    def values(cls, finding: Finding) -> dict[str, object]:
        return {
            **super().values(finding),
            "evidence": finding.evidence,
            "recommendation": finding.recommendation,
            "command": finding.command or None,
            "days": days_of(finding, timezone.localdate()),
        }


class NoteIn(In):
    """Without a note the last one stays."""

    note: Note = ""


class SnoozeIn(NoteIn):
    """For so many hours, or until then: one of the two."""

    hours: Annotated[int, Field(ge=1, le=LONGEST_HOURS)] | None = None
    until: Moment | None = None
