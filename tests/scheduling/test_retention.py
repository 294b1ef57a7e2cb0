"""What became of due times, messages and jobs goes when it is old; the last word of each job stays."""

from datetime import timedelta

import pytest
from django.utils import timezone

from scheduling.models import Fire, Hook, HookDelivery, JobRun, JobState
from scheduling.retention import delete_old_deliveries, delete_old_fires, delete_old_job_runs
from tests.executions.past import days_ago, last_line
from tests.scheduling.schedules import a_schedule, an_agent

pytestmark = pytest.mark.django_db


def a_run(days: float, state: str, name: str = "tidy-up") -> JobRun:
    ended = None if state in ("queued", "running") else days_ago(days)
    return JobRun.objects.create(name=name, due_at=days_ago(days), state=state, ended_at=ended)


def test_old_due_times_go() -> None:
    schedule = a_schedule()
    old, young = (
        Fire.objects.create(
            schedule=schedule, due_at=days_ago(days), fired_at=days_ago(days), state="launched"
        )
        for days in (91, 89)
    )
    assert last_line(delete_old_fires(timezone.now())).startswith("Deleted 1 due times: ")
    assert list(Fire.objects.all()) == [young]
    assert old.due_at < young.due_at


def test_old_messages_go() -> None:
    hook = Hook.objects.create(slug="alerts", name="Alerts", agent=an_agent(), secret="s" * 30)
    _, young = (
        HookDelivery.objects.create(
            hook=hook, body_digest=str(days), scheme="standard", state="filtered", received_at=days_ago(days)
        )
        for days in (366, 364)
    )
    assert last_line(delete_old_deliveries(timezone.now())).startswith("Deleted 1 messages of webhooks: ")
    assert list(HookDelivery.objects.all()) == [young]


def test_of_each_job_the_last_of_each_outcome_stays() -> None:
    a_run(200, JobState.COMPLETED)
    good = a_run(180, JobState.COMPLETED)
    bad = a_run(170, JobState.FAILED)
    waiting = a_run(160, JobState.QUEUED)
    other = a_run(300, JobState.COMPLETED, "another")
    a_run(150, JobState.SKIPPED)
    last = a_run(1, JobState.SKIPPED)
    assert last_line(delete_old_job_runs(timezone.now())).startswith("Deleted 2 runs of jobs: ")
    assert set(JobRun.objects.all()) == {good, bad, waiting, other, last}


def test_young_runs_of_jobs_stay() -> None:
    for number in range(5):
        a_run(number, JobState.COMPLETED)
    assert last_line(delete_old_job_runs(timezone.now() + timedelta(days=80))).startswith("Deleted 0 ")
