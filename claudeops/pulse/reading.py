"""What the pulse looks at."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Max, Model
from django.utils import timezone
from django_q.models import OrmQ

from agents.models import AgentConfiguration, Finding, LaunchRefusal
from costs.models import Budget, DailyTotal, Reservation
from executions.models import Execution, ExecutionTotal, Status
from executions.statistics import count_active
from scheduling.models import Schedule
from system.models import Alert, Node, SystemMetric

FAILING_WITHIN = timedelta(hours=24)

# Each is small, or answers from an index: together a fraction of a millisecond, however long the history.
STAMPS: tuple[tuple[str, type[Model], str], ...] = (
    ("MAX(id)", Alert, ""),
    ("COUNT(*)", Alert, "WHERE resolved_at IS NULL AND subject <> ''"),
    ("MAX(id)", SystemMetric, ""),
    ("MAX(id)", LaunchRefusal, ""),
    ("MAX(id)", Execution, ""),
    ("MAX(id)", Reservation, ""),
    ("SUM(executions)", ExecutionTotal, ""),
    ("SUM(cost_usd)", ExecutionTotal, ""),
    ("SUM(changes)", DailyTotal, "WHERE day >= %s"),
    ("COUNT(*)", Schedule, ""),
    ("MAX(updated_at)", Schedule, ""),
    ("MIN(next_run)", Schedule, ""),
    ("COUNT(*)", OrmQ, ""),
    ("COUNT(*)", Budget, ""),
    ("MAX(updated_at)", Budget, ""),
    ("COUNT(*)", AgentConfiguration, ""),
    ("MAX(updated_at)", AgentConfiguration, ""),
    ("MAX(updated_at)", Finding, ""),
)
PARTS = [f"(SELECT {what} FROM {model._meta.db_table} {where})" for what, model, where in STAMPS]  # noqa: S608
STATEMENT = f"SELECT {', '.join(PARTS)}"
DAYS = timedelta(days=31)  # what the charts and the month show


@dataclass(frozen=True)
class Summary:
    """`failing` are agents whose last run of the last day failed."""

    running: int
    waiting: int
    failing: int
    alerts: int

    def as_message(self, at: datetime) -> dict[str, Any]:
        return {"at": at, **asdict(self)}


@dataclass(frozen=True)
class Look:
    """One look. While `stamp` is the same, so is everything that the sections show."""

    summary: Summary
    stamp: tuple[Any, ...]


def look() -> Look:
    today = timezone.localdate()
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, [today - DAYS])
        stamp = tuple(cursor.fetchone())
    counts = count_active()
    summary = Summary(counts[Status.RUNNING], counts[Status.PENDING], _count_failing(), stamp[1])
    return Look(summary, (today, counts, _nodes(), *stamp))


def _count_failing() -> int:
    since = timezone.now() - FAILING_WITHIN
    rows = ExecutionTotal.objects.filter(last_started_at__gte=since).order_by()
    last: dict[str, dict[str, datetime]] = {}
    for agent_type, status, at in rows.values_list("agent_type", "status").annotate(Max("last_started_at")):
        last.setdefault(agent_type, {})[status] = at
    return sum(max(of_agent, key=of_agent.__getitem__) == Status.FAILED for of_agent in last.values())


def _nodes() -> tuple[tuple[Any, ...], ...]:
    """Whether each lives, and not when it was heard of last, which changes all the time."""
    alive_since = timezone.now() - timedelta(seconds=settings.LEASE_SECONDS)
    rows = Node.objects.order_by("name").values_list("name", "worker_seen_at", "workers", "restarts")
    return tuple((name, at is not None and at >= alive_since, *more) for name, at, *more in rows)
