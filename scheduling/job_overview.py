"""Every job there is, with what it did last and when it is due: also one that never ran."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from scheduling.jobs import JOBS, Job
from scheduling.models import JobRun


@dataclass(frozen=True)
class JobState:
    """`is_due` while `next_due` has come, and waits for a clock to plan it."""

    job: Job
    last_run: JobRun | None
    next_due: datetime
    is_due: bool

    @property
    def is_busy(self) -> bool:
        """It waits or runs, and cannot be asked for once more."""
        return self.last_run is not None and not self.last_run.has_ended


def list_jobs(now: datetime, jobs: Sequence[Job] = JOBS) -> list[JobState]:
    runs = JobRun.objects.filter(name__in=[job.name for job in jobs])
    newest = runs.order_by().values("name").annotate(newest=Max("pk")).values("newest")
    last = {run.name: run for run in JobRun.objects.filter(pk__in=newest)}
    return [_state_of(job, last.get(job.name), now) for job in jobs]


def _state_of(job: Job, last: JobRun | None, now: datetime) -> JobState:
    due = job.when.last_due(now)
    if last is None or last.due_at < due:
        return JobState(job, last, due, is_due=True)
    return JobState(job, last, job.when.next_due(now), is_due=False)
