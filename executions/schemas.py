from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from executions.models import EventName, Status, StepStatus, StepType, Trigger
from system.paging import MAX_LIMIT, Cursor, Page
from system.wire import BIGGEST, NodeId, Out, RangeEnd, RangeStart, Slug, UsdOut


class ExecutionFilters(Page):
    """`date_from` and `date_to` are about `started_at`. A `cursor` goes on after the page that gave it."""

    agent_type: Slug | None = None
    status: Status | None = None
    node_id: NodeId | None = None
    triggered_by: Trigger | None = None
    date_from: RangeStart | None = None
    date_to: RangeEnd | None = None
    cursor: Cursor | None = None


class ExecutionOut(Out):
    id: UUID
    agent_type: str
    status: Status
    started_at: datetime
    completed_at: datetime | None
    duration_ms: int | None
    cost_usd: UsdOut | None
    tokens_used: int | None
    node_id: str
    triggered_by: Trigger
    result_summary: str
    error_message: str
    exit_code: int | None
    attempt: int
    created_at: datetime
    updated_at: datetime


class ExecutionList(Out):
    """`next_cursor` is null on the last page."""

    items: list[ExecutionOut]
    count: int
    next_cursor: str | None


class RunningList(Out):
    items: list[ExecutionOut]
    count: int


class StepOut(Out):
    step_number: int
    step_name: str
    step_type: StepType
    status: StepStatus
    started_at: datetime | None
    completed_at: datetime | None
    duration_ms: int | None
    output: str
    error_message: str
    metadata: dict[str, Any]


class LogOut(Out):
    seq: int
    at: datetime
    level: Literal["debug", "info", "warn", "error"]
    message: str
    step_number: int | None


class EventFilters(BaseModel):
    """`after` is the number of the last event that the client has seen."""

    model_config = {"extra": "forbid"}

    after: Annotated[int, Field(ge=0, le=BIGGEST)] = 0
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = MAX_LIMIT


class EventOut(Out):
    """As the socket sends it; `data` is the event's own."""

    event: EventName
    id: int
    seq: int
    execution_id: UUID
    at: datetime
    data: dict[str, Any]


class EventList(Out):
    """`removed` of the first events were deleted for their age; what is left has kept its numbers."""

    items: list[EventOut]
    count: int
    removed: int


class StatsFilters(BaseModel):
    model_config = {"extra": "forbid"}

    agent_type: Slug | None = None


class StatsOut(Out):
    """Averages are over what has ended, the rate is in percent of all; zeros where there is none."""

    total: int
    avg_duration: float  # ms
    avg_cost: UsdOut
    success_rate: float


class CancelOut(Out):
    """`requested`: its worker ends the process tree first, within seconds."""

    id: UUID
    outcome: Literal["cancelled", "requested"]
