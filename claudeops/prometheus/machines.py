"""The hosts, as far as ClaudeOps knows them, and the process that answers."""

import platform
from collections.abc import Callable, Iterator
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.db.models import OuterRef, Subquery
from prometheus_client.core import InfoMetricFamily, Metric

from claudeops.prometheus.families import gauge
from executions.doorkeeper import doorkeeper
from system.models import Node, SystemMetric
from system.thresholds import Health

Reading = Callable[[SystemMetric], float | None]
GRAVITY = [Health.HEALTHY, Health.WARNING, Health.CRITICAL]


def _ratio(column: str) -> Reading:
    def read(sample: SystemMetric) -> float | None:
        percent: float | None = getattr(sample, column)
        return None if percent is None else percent / 100

    return read


def _plain(column: str) -> Reading:
    return lambda sample: getattr(sample, column)


READINGS: dict[str, tuple[str, Reading]] = {
    "host_cpu_usage_ratio": ("How busy the processors are, 0 to 1.", _ratio("cpu_usage_percent")),
    "host_memory_usage_ratio": ("How full the memory is, 0 to 1.", _ratio("memory_usage_percent")),
    "host_disk_usage_ratio": ("How full the fullest disk is, 0 to 1.", _ratio("disk_usage_percent")),
    "host_disk_free_bytes": ("What is free on that disk.", _plain("disk_free_bytes")),
    "host_disk_size_bytes": ("How large that disk is.", _plain("disk_total_bytes")),
    "host_load1": ("The load average of a minute.", _plain("load_average_1m")),
    "host_load5": ("The load average of 5 minutes.", _plain("load_average_5m")),
    "host_load15": ("The load average of 15 minutes.", _plain("load_average_15m")),
    "host_internet_connected": ("Whether the internet can be reached.", _plain("internet_connected")),
    "host_claude_latency_seconds": (
        "How long it takes to connect to the Claude API.",
        lambda sample: None if sample.claude_api_latency_ms is None else sample.claude_api_latency_ms / 1000,
    ),
    "host_health": (
        "0 healthy, 1 warning, 2 critical.",
        lambda sample: GRAVITY.index(Health(sample.overall_health)),
    ),
}


def machine_metrics(now: datetime) -> Iterator[Metric]:
    nodes = list(Node.objects.order_by("name"))
    yield gauge(
        "node_up",
        "Whether workers of the node live.",
        ["node"],
        [(node.name, _is_up(node, now)) for node in nodes],
    )
    yield gauge(
        "node_workers",
        "How many workers the node has.",
        ["node"],
        [(node.name, node.workers) for node in nodes],
    )
    yield gauge(
        "clock_age_seconds",
        "How long ago the clock of the node was last heard of.",
        ["node"],
        [(node.name, _age(node.clock_seen_at, now)) for node in nodes],
    )
    yield from _samples(now)
    yield gauge("sockets", "Sockets that are open to this process.", [], [[doorkeeper.count()]])
    build = InfoMetricFamily("claudeops_build", "What answers.")
    build.add_metric(
        [],
        {
            "version": settings.VERSION,
            "python": platform.python_version(),
            "database": connection.vendor,
            "node": settings.NODE_NAME,
        },
    )
    yield build


def _samples(now: datetime) -> Iterator[Metric]:
    """The newest of each node, each found by index."""
    newest = SystemMetric.objects.filter(node_id=OuterRef("name")).newest_first().values("pk")[:1]
    samples = list(
        SystemMetric.objects.filter(pk__in=Node.objects.values_list(Subquery(newest))).order_by("node_id")
    )
    for name, (documentation, read) in READINGS.items():
        yield gauge(name, documentation, ["node"], [(sample.node_id, read(sample)) for sample in samples])
    yield gauge(
        "host_sample_age_seconds",
        "How old these readings are.",
        ["node"],
        [(sample.node_id, _age(sample.timestamp, now)) for sample in samples],
    )


def _is_up(node: Node, now: datetime) -> bool:
    silent = _age(node.worker_seen_at, now)
    return silent is not None and silent <= settings.LEASE_SECONDS


def _age(since: datetime | None, now: datetime) -> float | None:
    return None if since is None else max(0.0, (now - since).total_seconds())
