"""What became of due times, of webhooks' messages and of jobs goes when it is old."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Max

from scheduling.hooks.deliveries import forgettable
from scheduling.models import Fire, JobRun
from scheduling.models.job_runs import ENDED
from system.retention import days_before, delete_in_batches, old_rows, told


def delete_old_fires(now: datetime) -> Iterator[str]:
    """By when they were dealt with: no schedule looks back so far."""
    before = days_before(now, "retention.fires_days")
    return told("due times", before, delete_in_batches(old_rows(Fire.objects.all(), "fired_at", before)))


def delete_old_deliveries(now: datetime) -> Iterator[str]:
    """But for those by which a replayed signature is known."""
    before = days_before(now, "retention.deliveries_days")
    rows = old_rows(forgettable(now), "received_at", before)
    return told("messages of webhooks", before, delete_in_batches(rows))


def delete_old_job_runs(now: datetime) -> Iterator[str]:
    """Of each job its last run of each outcome stays."""
    before = days_before(now, "retention.jobs_days")
    last = JobRun.objects.order_by().values("name", "state").annotate(last=Max("pk")).values("last")
    rows = JobRun.objects.filter(state__in=ENDED, due_at__lt=before).exclude(pk__in=last).order_by("pk")
    return told("runs of jobs", before, delete_in_batches(rows))
