"""Runs of jobs, from due time to outcome: the only writer of JobRun."""

import logging
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import psutil
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django_q.tasks import async_task

from executions.text import without_nul
from scheduling.jobs import JOBS, Job, job_named
from scheduling.models import JobRun, JobState
from system.alerts import raise_alert
from system.audit import record
from system.errors import AlreadySaid, Conflict
from system.models import Severity
from system.redaction import default_redactor
from system.writing import one_writer

logger = logging.getLogger(__name__)

TASK = "scheduling.tasks.run_job"
PLAN_SECONDS = 10.0
RING_AGAIN = timedelta(minutes=10)
TOLD_SECONDS = 1.0
LONGEST_TEXT = 2000


def plan_jobs(node: str, now: datetime | None = None, jobs: Sequence[Job] = JOBS) -> int:
    """Queue on `node` what is due; how many. Any number of clocks may do so at once.

    Of the due times that passed while no clock ran, only the last one is made up for.
    """
    now = now or timezone.now()
    _settle_overdue(now, jobs)
    _ring_again(node, now)
    return sum(_plan(job, job.when.last_due(now), node, now) for job in jobs)


def _plan(job: Job, due_at: datetime, node: str, now: datetime) -> bool:
    # What lies a day ahead was planned by a clock that was wrong: it must not keep the job from running.
    runs = JobRun.objects.filter(name=job.name, due_at__lt=now + timedelta(days=1))
    last = runs.order_by("-due_at").first()
    if last is not None and (last.due_at >= due_at or last.state == JobState.RUNNING):
        return False
    with transaction.atomic():
        run, is_new = JobRun.objects.get_or_create(name=job.name, due_at=due_at, defaults={"queued_at": now})
        if is_new:
            _skip_older(run, now)
            _enqueue(run.pk, node)
    return is_new


def _skip_older(run: JobRun, now: datetime) -> None:
    older = JobRun.objects.filter(name=run.name, state=JobState.QUEUED, due_at__lt=run.due_at)
    older.update(state=JobState.SKIPPED, ended_at=now, error="No worker took it before it was due again.")


def _enqueue(run_id: int, node: str) -> None:
    async_task(TASK, run_id, cluster=node)


def _ring_again(node: str, now: datetime) -> None:
    """For runs whose message was lost; a message too many finds nothing to claim."""
    late = JobRun.objects.filter(state=JobState.QUEUED, queued_at__lt=now - RING_AGAIN)
    for run_id in late.values_list("pk", flat=True):
        with transaction.atomic():
            if late.filter(pk=run_id).update(queued_at=now):
                _enqueue(run_id, node)


def ask_for_job(name: str, *, by: str, node: str) -> JobRun:
    """Queue a run now, whatever is due. Raises NotFound, or Conflict where one waits or runs already."""
    job_named(name)
    with one_writer():
        _require_idle(name)
        run = JobRun.objects.create(name=name, due_at=timezone.now(), asked_by=by[:150])
        _enqueue(run.pk, node)
        record("job.run", name, {"node": node}, actor=by)
    return run


def run_job_here(name: str, *, by: str, owner: str) -> JobRun:
    """Run it in this process. Raises NotFound, or Conflict where it runs already elsewhere."""
    job = job_named(name)
    _settle_dead(name, owner.rpartition("/")[0])
    now = timezone.now()
    try:
        with one_writer():
            run = JobRun.objects.create(
                name=name, due_at=now, asked_by=by[:150], state=JobState.RUNNING, started_at=now, owner=owner
            )
            record("job.run", name, {"process": owner}, actor=by)
    except IntegrityError as error:
        raise Conflict(f"The job {name} is running already.") from error
    _perform(job, run)
    run.refresh_from_db()
    return run


def _settle_dead(name: str, shell: str) -> None:
    """What another process of `shell` ran that is no more: nobody else would know before its time is over."""
    for run in JobRun.objects.filter(name=name, state=JobState.RUNNING, owner__startswith=f"{shell}/"):
        if not psutil.pid_exists(int(run.owner.rpartition("/")[2])):
            _end(run, JobState.FAILED, error="Its process is no more.")


def _require_idle(name: str) -> None:
    busy = JobRun.objects.filter(name=name, state__in=[JobState.QUEUED, JobState.RUNNING]).first()
    if busy is not None:
        raise Conflict(f"The job {name} is {busy.state} already.")


def run_queued(run_id: int, *, owner: str, jobs: Sequence[Job] = JOBS) -> None:
    """Run it if it still waits, and no other run of this job is under way."""
    waiting = JobRun.objects.filter(pk=run_id, state=JobState.QUEUED)
    try:
        with transaction.atomic():
            is_ours = waiting.update(state=JobState.RUNNING, started_at=timezone.now(), owner=owner)
    except IntegrityError:
        return  # it stays queued, and its bell is rung again
    if is_ours:
        run = JobRun.objects.get(pk=run_id)
        _perform(next((job for job in jobs if job.name == run.name), None), run)


def _perform(job: Job | None, run: JobRun) -> None:
    if job is None:
        _end(run, JobState.FAILED, error="This version has no such job.")
        return
    try:
        result = _follow(job.run(timezone.now()), run)
    except AlreadySaid as error:
        _end(run, JobState.FAILED, error=_shown(error.detail), is_said=True)
    except Exception as error:
        # Whatever is wrong with one job, the worker and the other jobs go on.
        logger.exception("the job %s failed", run.name)
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()  # which may be what made it fail
        _end(run, JobState.FAILED, error=_shown(f"{type(error).__name__}: {error}"))
    else:
        _end(run, JobState.COMPLETED, result=_shown(result))


def _follow(found: str | Iterator[str], run: JobRun) -> str:
    """What came of it. Of a job that tells how far it is the last line, and meanwhile the latest is shown.

    Raises Conflict where the run was given up: what was begun since must not have it beside itself.
    """
    if isinstance(found, str):
        return found
    last, told_at = "", 0.0
    for last in found:
        if time.monotonic() - told_at < TOLD_SECONDS:
            continue
        running = JobRun.objects.filter(pk=run.pk, state=JobState.RUNNING)
        if not running.update(result=_shown(last)):
            raise Conflict("It took too long and was given up; it stops here.")
        told_at = time.monotonic()
    return last


def _shown(text: str) -> str:
    return default_redactor().redact(without_nul(text))[:LONGEST_TEXT]


def _end(run: JobRun, state: JobState, *, result: str = "", error: str = "", is_said: bool = False) -> bool:
    """False where somebody else has ended it: its time was over, or its worker was thought dead."""
    running = JobRun.objects.filter(pk=run.pk, state=JobState.RUNNING)
    with transaction.atomic():
        ended = running.update(state=state, ended_at=timezone.now(), result=result, error=error)
        if ended and state == JobState.FAILED and not is_said:
            raise_alert(
                kind="job-failed",
                key=f"job-failed:{run.name}:{run.due_at:%Y-%m-%d}",
                severity=Severity.WARNING,
                title=f"The job {run.name} failed",
                detail=error,
            )
    return bool(ended)


def _settle_overdue(now: datetime, jobs: Sequence[Job]) -> None:
    limits = {job.name: job.limit for job in jobs}
    for run in JobRun.objects.filter(state=JobState.RUNNING):
        limit = limits.get(run.name, Job.limit)
        if run.started_at is None or run.started_at < now - limit:
            _end(run, JobState.FAILED, error=f"It did not end within {limit}: its worker is lost, or hangs.")


def job_owners(prefix: str) -> list[str]:
    """The processes whose names begin with `prefix` that run a job now."""
    running = JobRun.objects.filter(state=JobState.RUNNING, owner__startswith=prefix)
    return list(running.values_list("owner", flat=True))


def settle_jobs(owner_prefix: str, why: str) -> int:
    """End as failed what processes of `owner_prefix` ran; the caller knows that they are dead."""
    rows = JobRun.objects.filter(state=JobState.RUNNING, owner__startswith=owner_prefix)
    return sum(_end(run, JobState.FAILED, error=why) for run in rows)
