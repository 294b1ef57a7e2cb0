from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from system.models import Severity
from system.paging import Page
from system.thresholds import Health
from system.wire import NodeId, Out, RangeEnd, RangeStart, Slug

Percent = Annotated[float, Field(ge=0, le=100)]


class DatabaseOut(Out):
    """`note` is what a person should know of this version, or why it does not answer."""

    answers: bool
    engine: str
    version: str
    latency_ms: float | None
    note: str


class QueueOut(Out):
    messages: int


class WorkerOut(Out):
    """`seconds_silent` is null while no worker of the node has ever been heard of."""

    node: str
    is_alive: bool
    seconds_silent: float | None
    workers: int
    restarts: int


class ClockOut(Out):
    is_alive: bool
    seconds_silent: float | None


class MachineOut(Out):
    status: Health
    cpu: Percent | None
    memory: Percent | None
    disk: Percent | None
    at: datetime


class HealthOut(Out):
    status: Health
    version: str
    database: DatabaseOut
    queue: QueueOut
    workers: list[WorkerOut]
    clock: ClockOut
    machine: MachineOut | None


class MetricFilters(Page):
    node_id: NodeId | None = None
    date_from: RangeStart | None = None
    date_to: RangeEnd | None = None


class MetricOut(Out):
    node_id: str
    cpu_usage_percent: Percent | None
    memory_usage_percent: Percent | None
    disk_usage_percent: Percent | None
    load_average_1m: float | None
    load_average_5m: float | None
    load_average_15m: float | None
    disk_free_bytes: int | None
    disk_total_bytes: int | None
    internet_connected: bool | None
    claude_api_latency_ms: int | None
    temperature_c: float | None
    cores: int | None
    overall_health: Health
    timestamp: datetime


class MetricList(Out):
    items: list[MetricOut]
    count: int


class NodeOut(Out):
    name: str
    hostname: str
    version: str
    workers: int
    worker_started_at: datetime | None
    worker_seen_at: datetime | None
    clock_seen_at: datetime | None
    restarts: int


class NodeList(Out):
    items: list[NodeOut]
    count: int


class SettingOut(Out):
    """`value` is of the type that `value_type` names; of a secret it is null."""

    key: str
    value: Any
    value_type: Literal["string", "number", "boolean", "json"]
    category: str
    description: str
    is_secret: bool
    is_readonly: bool
    updated_at: datetime


class SettingList(Out):
    items: list[SettingOut]
    count: int


class AlertFilters(Page):
    """`is_open`: it tells of a state that goes on, and has not been resolved."""

    kind: Slug | None = None
    severity: Severity | None = None
    is_open: bool | None = None


class AlertOut(Out):
    """Said once: `key` is what it is about. `data` holds the numbers behind it.

    With a `subject` it tells of a state that goes on until `resolved_at`.
    """

    id: int
    kind: str
    key: str
    severity: Literal["info", "warning", "critical"]
    title: str
    detail: str
    data: dict[str, Any]
    agent_type: str
    node_id: str
    subject: str
    at: datetime
    resolved_at: datetime | None


class AlertList(Out):
    items: list[AlertOut]
    count: int
