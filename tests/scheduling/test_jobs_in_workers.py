"""Jobs in the product's own processes: clocks plan, workers run, and no death leaves a job running."""

import os
import signal

import pytest
from django.utils import timezone

from claudeops.processes.watch import running_owners
from scheduling.jobs import JOBS
from scheduling.models import JobRun, JobState
from tests.faults.home import Home, eventually

pytestmark = pytest.mark.processes
NAMES = sorted(job.name for job in JOBS)


def completed() -> list[str]:
    return sorted(JobRun.objects.filter(state=JobState.COMPLETED).values_list("name", flat=True))


def test_two_clocks_and_a_worker_run_each_job_once(home: Home) -> None:
    for _ in range(2):
        home.manage("clock")
    home.start_worker()
    eventually("each has ended", lambda: completed() == NAMES)
    assert JobRun.objects.count() == len(NAMES)


def test_a_worker_that_is_killed_leaves_no_job_running(home: Home) -> None:
    clock = home.manage("clock")
    home.start_worker()
    eventually("each has ended", lambda: completed() == NAMES)
    clock.terminate()
    owner = JobRun.objects.latest("pk").owner
    now = timezone.now()
    run = JobRun.objects.create(
        name=NAMES[0], due_at=now, state=JobState.RUNNING, started_at=now, owner=owner
    )
    assert running_owners(owner.rpartition("/")[0]) == [owner], "a free worker would be taken for a stuck one"
    os.kill(int(owner.rpartition("/")[2]), signal.SIGKILL)
    eventually("it has failed", lambda: JobRun.objects.get(pk=run.pk).state == JobState.FAILED)
    assert JobRun.objects.get(pk=run.pk).error == "Its worker was killed."
