"""How each node is now, and how its last 24 hours went."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Avg, TextField
from django.db.models.functions import Cast, Substr
from django.utils import timezone

from claudeops.front_page.charts import Curve, curve_of
from system.health import NodeHealth
from system.models import Node, SystemMetric
from system.newest_samples import newest_samples

TEN = timedelta(minutes=10)
SPAN = timedelta(hours=24) + TEN
GAP = timedelta(minutes=30)
MOST_NODES = 6  # that have curves
COLUMNS = ("cpu_usage_percent", "memory_usage_percent", "disk_usage_percent")
NAMES = ("CPU", "Memory", "Disk")

Readings = list[tuple[datetime, float | None]]


@dataclass(frozen=True)
class NodeNow:
    """`heard_at` is when a worker of it was last heard of, `metric` the newest sample of the machine."""

    key: int
    health: NodeHealth
    heard_at: datetime | None
    metric: SystemMetric | None
    curves: Sequence[Curve]


def nodes_now(health: Iterable[NodeHealth]) -> list[NodeNow]:
    """Those that live first, then by name. Three queries, however many nodes there are."""
    found = sorted(health, key=lambda node: (not node.is_alive, node.name))
    metrics = newest_samples()
    heard = {name: (key, at) for key, name, at in Node.objects.values_list("pk", "name", "worker_seen_at")}
    curves = _curves([node.name for node in found[:MOST_NODES]])
    return [
        NodeNow(
            heard[node.name][0], node, heard[node.name][1], metrics.get(node.name), curves.get(node.name, ())
        )
        for node in found
        if node.name in heard
    ]


def _curves(names: Sequence[str]) -> dict[str, list[Curve]]:
    """Means of ten minutes each, made by the database: a day of a node are 2,880 samples."""
    begin = _begin()
    rows = SystemMetric.objects.filter(node_id__in=names, timestamp__gt=begin).order_by()
    # Both engines write a moment in UTC as 2026-11-26 10:3…, so that 15 characters are ten minutes.
    tens = rows.annotate(ten=Substr(Cast("timestamp", TextField()), 1, 15)).values_list("node_id", "ten")
    readings: dict[str, list[Readings]] = defaultdict(lambda: [[] for _ in COLUMNS])
    for node, ten, *means in tens.annotate(*(Avg(column) for column in COLUMNS)).order_by("ten"):
        for of_column, mean in zip(readings[node], means, strict=True):
            of_column.append((_middle_of(ten), mean))
    return {node: _drawn(of_node, begin) for node, of_node in readings.items()}


def _begin() -> datetime:
    """On a whole ten minutes: what has not changed is drawn alike."""
    now = timezone.now()
    return now.replace(minute=now.minute // 10 * 10, second=0, microsecond=0) + TEN - SPAN


def _middle_of(ten: str) -> datetime:
    return datetime.fromisoformat(f"{ten}5").replace(tzinfo=UTC)


def _drawn(readings: Any, begin: datetime) -> list[Curve]:
    return [
        curve_of(name, f"curve-{name.lower()}", of_column, begin, SPAN, GAP)
        for name, of_column in zip(NAMES, readings, strict=True)
    ]
