from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from costs.cursors import TimeCursor
from executions.models import Trigger
from system.paging import Page
from system.wire import Name, NodeId, Out, RangeEnd, RangeStart, Slug, UsdOut


class CostOut(Out):
    """One billed request. Its costs are null where the model has no known price; never 0 for that."""

    model_used: str
    input_tokens: int
    output_tokens: int
    cache_write_tokens: int
    cache_read_tokens: int
    input_cost_usd: UsdOut | None
    output_cost_usd: UsdOut | None
    cache_write_cost_usd: UsdOut | None
    cache_read_cost_usd: UsdOut | None
    web_search_cost_usd: UsdOut | None
    total_cost_usd: UsdOut | None
    request_id: str | None
    response_time_ms: int | None
    cache_hit: bool
    is_complete: bool
    timestamp: datetime


class RecordOut(CostOut):
    """A billed request and whose it was. `execution_id` is null for one that was imported."""

    id: int
    execution_id: UUID | None
    agent_type: str
    node_id: str
    triggered_by: Trigger
    trigger_source: str
    cache_saved_usd: UsdOut | None
    batchable_usd: UsdOut | None


class RecordList(Out):
    """`next_cursor` is null on the last page."""

    items: list[RecordOut]
    count: int
    next_cursor: str | None


class Selection(BaseModel):
    """Which records: half-open in time, and everything that is given must hold."""

    model_config = ConfigDict(extra="forbid")

    date_from: RangeStart | None = None
    date_to: RangeEnd | None = None
    agent_type: Slug | None = None
    model: Name | None = None
    node_id: NodeId | None = None
    triggered_by: Trigger | None = None
    trigger_source: Name | None = None
    execution_id: UUID | None = None
    unpriced: bool | None = None
    is_complete: bool | None = None


class RecordFilters(Selection, Page):
    """A `cursor` goes on after the page that gave it."""

    cursor: TimeCursor | None = None


class ExportFilters(Selection):
    """Days and months are those of TIME_ZONE whose first moment lies in the range."""

    kind: Literal["records", "days", "months"] = "records"
