from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from executions.models import Status
from system.paging import MAX_LIMIT
from system.schemas import Percent
from system.thresholds import Health
from system.wire import Out, UsdOut


class ExecutionStats(Out):
    """`completion_rate` is in percent of `total`, which counts all five states."""

    total: int
    pending: int
    running: int
    completed: int
    failed: int
    cancelled: int
    completion_rate: float


class CostStats(Out):
    """Calendar months in TIME_ZONE. Tokens and the average are this month's, as in /costs/current-month."""

    current_month: UsdOut
    last_month: UsdOut
    average_per_execution: UsdOut
    total_tokens: int


class PerformanceStats(Out):
    """Milliseconds, of completed executions."""

    average_duration: float
    fastest: int
    slowest: int


class SystemStats(Out):
    """The last sample of any node."""

    status: Health
    cpu: Percent
    memory: Percent
    disk: Percent


class DashboardStats(Out):
    execution_stats: ExecutionStats
    cost_stats: CostStats
    performance_stats: PerformanceStats
    system_health: SystemStats


class ActivityFilters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = 10


class ActivityOut(Out):
    id: UUID
    agent_type: str
    status: Status
    started_at: datetime
    completed_at: datetime | None
    duration_ms: int | None
    cost_usd: UsdOut | None
    result_summary: str


class ActivityList(Out):
    items: list[ActivityOut]
    count: int


class AgentPerformance(Out):
    """Averages are over what has ended."""

    agent_type: str
    total_executions: int
    successful_executions: int
    failed_executions: int
    avg_duration: float
    total_cost: UsdOut
    avg_cost: UsdOut
    last_executed: datetime


class AgentPerformanceList(Out):
    items: list[AgentPerformance]
    count: int
