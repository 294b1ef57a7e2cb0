from datetime import datetime

from pydantic import BaseModel, ConfigDict

from system.wire import NodeId, Out, RangeEnd, RangeStart


class SeriesFilters(BaseModel):
    """Without `node_id`, of all nodes; without dates, of the last 24 hours.

    `resolution` is in seconds, and by itself the finest of which a year has no more than 370.
    """

    model_config = ConfigDict(extra="forbid")

    node_id: NodeId | None = None
    date_from: RangeStart | None = None
    date_to: RangeEnd | None = None
    resolution: int | None = None


class ReadingOut(Out):
    mean: float
    least: float
    most: float


class PointOut(Out):
    """What was read from `at` on, for as long as the resolution; null is what nothing could read."""

    at: datetime
    cpu: ReadingOut | None = None
    memory: ReadingOut | None = None
    disk: ReadingOut | None = None
    load: ReadingOut | None = None
    temperature: ReadingOut | None = None
    latency: ReadingOut | None = None


class NodeSeries(Out):
    """Points in order; where nothing was sampled, there is none."""

    node_id: str
    points: list[PointOut]


class SeriesOut(Out):
    date_from: datetime
    date_to: datetime
    resolution: int
    items: list[NodeSeries]
    count: int
