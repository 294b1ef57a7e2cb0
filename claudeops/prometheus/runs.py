"""Executions: those that ended, those that wait, are held or run, how long they took, and the queue."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Case, CharField, Count, F, Min, Sum, Value, When
from django_q.models import OrmQ
from prometheus_client.core import HistogramMetricFamily, Metric

from claudeops.prometheus.families import bounded, counter, gauge
from executions.durations import observed_durations
from executions.models import Execution, ExecutionTotal
from system.counters import Counted

HELD = Case(
    When(status="pending", queued_at__isnull=True, then=Value("held")),
    default=F("status"),
    output_field=CharField(),
)


def run_metrics(agents: Sequence[str], counters: Mapping[str, Counted], now: datetime) -> Iterator[Metric]:
    agent = bounded("agent_type", agents)
    ended = ExecutionTotal.objects.annotate(agent=agent).values_list("agent", "status")
    yield counter(
        "executions_total",
        "Executions that have ended, by how.",
        ["agent", "status"],
        ended.annotate(Sum("executions")).order_by("agent", "status"),
    )
    yield from _active(agent, now)
    yield _durations(counters)
    yield counter(
        "lease_expiries_total",
        "Executions whose worker fell silent.",
        [],
        [[sum(number for _, number in counters["lease_expiries"])]],
    )
    yield from _queue(now)


def _active(agent: Case, now: datetime) -> Iterator[Metric]:
    """Held is what waits for a limit of its agent, and is in no queue."""
    rows = Execution.objects.active().order_by().annotate(agent=agent, state=HELD)
    active: list[tuple[Any, ...]] = list(
        rows.values_list("agent", "state").annotate(Count("pk"), Min("queued_at")).order_by("agent", "state")
    )
    yield gauge(
        "executions_active",
        "Executions that wait for a worker (pending), for a limit (held), or run.",
        ["agent", "status"],
        [row[:3] for row in active],
    )
    queued = [since for _, status, _, since in active if status == "pending"]
    yield gauge(
        "executions_oldest_pending_age_seconds",
        "How long the execution has waited for a worker that has done so longest; 0 where none waits.",
        [],
        [[max((age(since, now) for since in queued), default=0)]],
    )


def _durations(counters: Mapping[str, Counted]) -> Metric:
    family = HistogramMetricFamily(
        "claudeops_execution_duration_seconds",
        "How long executions took from their start to their end.",
        labels=["agent", "status"],
    )
    for found in observed_durations(counters):
        family.add_metric([found.agent_type, found.status], found.buckets, found.seconds)
    return family


def _queue(now: datetime) -> Iterator[Metric]:
    """A message that a worker has taken is locked until it is tried again: it does not wait."""
    waiting: list[tuple[Any, ...]] = list(
        OrmQ.objects.filter(lock__lte=now)
        .values_list("key")
        .annotate(Count("pk"), Min("lock"))
        .order_by("key")
    )
    yield gauge(
        "queue_messages", "Messages that wait in the queue of a node.", ["node"], [row[:2] for row in waiting]
    )
    yield gauge(
        "queue_oldest_message_age_seconds",
        "How long the oldest of them has waited.",
        ["node"],
        [(node, age(since, now)) for node, _, since in waiting],
    )


def age(since: datetime, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds())
