"""When a schedule runs next. Any clock, and any edit, finds the same."""

import hashlib
from datetime import datetime, timedelta

from scheduling.cron import INSTANT, Cron
from scheduling.models import Schedule


def jitter_of(schedule: Schedule, due: datetime) -> timedelta:
    """How much later than `due` it is launched: for one due time of a saved schedule always the same."""
    if not schedule.jitter_seconds:
        return timedelta()
    digest = hashlib.sha256(f"{schedule.pk} {round(due.timestamp())}".encode()).digest()
    return timedelta(milliseconds=int.from_bytes(digest[:8]) % (schedule.jitter_seconds * 1000 + 1))


def next_due_after(schedule: Schedule, after: datetime) -> datetime | None:
    """The first due time after `after`, not before starts_at; None from ends_at on, and after max_executions.

    Whether it is enabled is not asked. Raises Invalid for a row whose expression or zone does not hold.
    """
    if schedule.max_executions is not None and schedule.executions_count >= schedule.max_executions:
        return None
    if schedule.starts_at is not None:
        after = max(after, schedule.starts_at - INSTANT)
    due = Cron.read(schedule.cron_expression, schedule.timezone).first_after(after)
    if due is None or (schedule.ends_at is not None and due >= schedule.ends_at):
        return None
    return due


def plan(schedule: Schedule, after: datetime) -> None:
    """Set next_due and next_run, without saving: null for a schedule that is off. Raises Invalid."""
    due = next_due_after(schedule, after) if schedule.enabled else None
    schedule.next_due = due
    schedule.next_run = None if due is None else due + jitter_of(schedule, due)
