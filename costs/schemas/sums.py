from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from costs.breakdowns import Group
from executions.models import Trigger
from system.paging import Page, given
from system.wire import Day, Name, NodeId, Out, Slug, UsdOut

FIRST_YEAR, LAST_YEAR = 1970, 9998
Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
MonthNumber = Annotated[int, Field(ge=1, le=12)]


class DaysAsked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    days: Annotated[int, Field(ge=1, le=366)] = 30


class MonthsAsked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    months: Annotated[int, Field(ge=1, le=120)] = 12


class SpanFilters(Page):
    """Days in TIME_ZONE; both are part of the span, which is open where one is left out."""

    date_from: Day | None = None
    date_to: Day | None = None
    agent_type: Slug | None = None
    model: Name | None = None

    @property
    def wanted(self) -> dict[str, Any]:
        """Columns of DailyCost and their values."""
        return given({"agent_type": self.agent_type, "model_used": self.model})


class AnalysisFilters(SpanFilters):
    pass


class BreakdownFilters(SpanFilters):
    group_by: Group = Group.AGENT
    node_id: NodeId | None = None
    trigger: Trigger | None = None

    @property
    def wanted(self) -> dict[str, Any]:
        return super().wanted | given({"node_id": self.node_id, "triggered_by": self.trigger})


class SummaryFilters(Page):
    year: Year | None = None

    @property
    def wanted(self) -> dict[str, Any]:
        return given({"year": self.year})


class MonthAsked(BaseModel):
    year: Year
    month: MonthNumber


class CurrentMonth(Out):
    """The calendar month in TIME_ZONE. An execution counts once; the average is `cost` over `executions`."""

    year: int
    month: int
    cost: UsdOut
    executions: int
    avg_cost_per_execution: UsdOut
    records: int
    unpriced_records: int
    tokens: int
    input_tokens: int
    output_tokens: int
    cache_write_tokens: int
    cache_read_tokens: int
    cache_saved: UsdOut


class Spent(Out):
    total_cost: UsdOut
    avg_cost_per_execution: UsdOut
    tokens: int
    records: int
    unpriced_records: int


class DayCost(Spent):
    """An execution counts on the day of its first request."""

    date: date
    execution_count: int


class MonthCost(Spent):
    year: int
    month: int
    total_executions: int


class DayCosts(Out):
    items: list[DayCost]
    count: int


class MonthCosts(Out):
    items: list[MonthCost]
    count: int


class Part(Out):
    """`share` is in percent of the cost of all parts. By schedule, the empty key is what none launched.

    An execution counts once, under the model of its first request.
    """

    key: str
    cost: UsdOut
    share: float
    executions: int
    avg_cost_per_execution: UsdOut
    tokens: int
    records: int
    unpriced_records: int


class Breakdown(Out):
    """`cost` is that of all parts, whatever the page holds."""

    group_by: Group
    date_from: date | None
    date_to: date | None
    cost: UsdOut
    items: list[Part]
    count: int


class AnalysisRow(Out):
    """`cache_read_share`: how many percent of the prompt's tokens were read from the cache."""

    date: date
    agent_type: str
    model_used: str
    total_cost: UsdOut
    input_tokens: int
    output_tokens: int
    cache_write_tokens: int
    cache_read_tokens: int
    cache_read_share: float
    records: int
    unpriced_records: int


class Analysis(Out):
    items: list[AnalysisRow]
    count: int


class SummaryOut(Out):
    """As it was last recomputed. `cost_by_agent_type` holds USD as decimal strings."""

    year: int
    month: int
    total_cost_usd: UsdOut
    total_executions: int
    total_tokens: int
    avg_cost_per_execution: UsdOut
    avg_tokens_per_execution: float
    cost_by_agent_type: dict[str, UsdOut]
    last_updated: datetime


class SummaryList(Out):
    items: list[SummaryOut]
    count: int
