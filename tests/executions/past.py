"""Executions of long ago, as they were written then."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils import timezone

from executions.models import Execution, ExecutionEvent
from executions.services import claim_execution, create_execution


def days_ago(days: float) -> datetime:
    return timezone.now() - timedelta(days=days)


def an_old_execution(days: float, agent_type: str = "disk-space", *, lines: int = 2) -> Execution:
    """It ended so many days ago, and has a step, and four events beside its log lines and the first."""
    execution, _ = create_execution(agent_type=agent_type, node_id="localhost")
    lease = claim_execution(execution.pk, owner="localhost:1")
    assert lease is not None
    with lease.tracker().batch() as change:
        number = change.add_step("Look")
        for line in range(lines):
            change.add_log(f"line {line}")
        change.complete_step(number)
        change.complete()
    return backdate(execution, days)


def backdate(execution: Execution, days: float) -> Execution:
    when = days_ago(days)
    rows = Execution.objects.filter(pk=execution.pk)
    rows.update(started_at=when, created_at=when)
    rows.filter(completed_at__isnull=False).update(completed_at=when)
    ExecutionEvent.objects.filter(execution=execution).update(at=when)
    return rows.get()


def last_line(lines: Iterator[str]) -> str:
    """Of a job that tells how far it is: what came of it."""
    *_, last = lines
    return last
