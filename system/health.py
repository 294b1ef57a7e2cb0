"""Whether ClaudeOps can work here: its database, its nodes, its queue and the machine's last sample."""

import time
from dataclasses import dataclass, field

from django.conf import settings
from django.db import Error, connection
from django_q.models import OrmQ

from system.models import Node, SystemMetric
from system.sqlite import version_note
from system.thresholds import Health


@dataclass(frozen=True)
class DatabaseHealth:
    """`note` is what a person should know about the engine's version, or why it did not answer."""

    answers: bool
    engine: str
    version: str = ""
    latency_ms: float | None = None
    note: str = ""


@dataclass(frozen=True)
class NodeHealth:
    """`seconds_silent` is None while no worker of the node has ever been heard of."""

    name: str
    seconds_silent: float | None
    workers: int
    restarts: int

    @property
    def is_alive(self) -> bool:
        return self.seconds_silent is not None and self.seconds_silent <= settings.LEASE_SECONDS


@dataclass(frozen=True)
class SystemHealth:
    database: DatabaseHealth
    nodes: list[NodeHealth] = field(default_factory=list)
    queued_messages: int = 0
    metric: SystemMetric | None = None

    @property
    def status(self) -> Health:
        """Critical without a database; at least a warning while no worker lives; else the machine's own."""
        if not self.database.answers:
            return Health.CRITICAL
        workers = Health.HEALTHY if any(node.is_alive for node in self.nodes) else Health.WARNING
        machine = Health(self.metric.overall_health) if self.metric else Health.HEALTHY
        return Health.worst(workers, machine)


def check_health() -> SystemHealth:
    """Never raises for a database that does not answer: that is what it reports."""
    try:
        database = _check_database()
        return SystemHealth(
            database=database,
            nodes=[_health_of(node) for node in Node.objects.all()],
            queued_messages=OrmQ.objects.count(),
            metric=SystemMetric.objects.on_node(settings.NODE_NAME).newest_first().first(),
        )
    except Error as error:
        # The driver's text may carry a host or a file name, and this page is open to all.
        note = f"The database does not answer ({type(error).__name__})."
        return SystemHealth(DatabaseHealth(answers=False, engine=connection.vendor, note=note))


def _check_database() -> DatabaseHealth:
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    latency = round((time.perf_counter() - began) * 1000, 2)
    version = ".".join(map(str, connection.get_database_version()))
    return DatabaseHealth(
        answers=True, engine=connection.vendor, version=version, latency_ms=latency, note=version_note()
    )


def _health_of(node: Node) -> NodeHealth:
    return NodeHealth(node.name, node.seconds_silent(), node.workers, node.restarts)
