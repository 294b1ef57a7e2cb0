"""From a due time to its outcome: one run, however many clocks, messages and failures there are."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from scheduling.job_runs import plan_jobs, run_queued
from scheduling.models import JobRun, JobState
from system.errors import AlreadySaid
from system.models import Alert
from tests.scheduling.jobs import a_job, at, messages, work

pytestmark = pytest.mark.django_db
NOON = at("2026-11-23T12:00")
DAY = timedelta(days=1)


def states() -> list[str]:
    return list(JobRun.objects.order_by("due_at").values_list("state", flat=True))


def rows(*columns: str) -> list[tuple[Any, ...]]:
    return list(JobRun.objects.order_by("due_at").values_list(*columns))


def test_two_clocks_plan_one_run() -> None:
    job = a_job()
    assert plan_jobs("localhost", NOON, [job]) == 1
    assert plan_jobs("elsewhere", NOON, [job]) == 0
    assert plan_jobs("localhost", NOON + timedelta(minutes=5), [job]) == 0
    assert rows("name", "due_at", "state") == [("tidy-up", at("2026-11-23T02:30"), "queued")]
    assert messages("localhost") == [JobRun.objects.get().pk]
    assert messages("elsewhere") == []


def test_a_message_that_comes_twice_runs_it_once() -> None:
    seen: list[datetime] = []
    job = a_job(lambda now: f"{len(seen)} before" + str(seen.append(now) or ""))
    plan_jobs("localhost", NOON, [job])
    work(job)
    assert len(seen) == 1
    run = JobRun.objects.get()
    assert (run.state, run.result, run.owner) == ("completed", "0 before", "localhost/1")
    assert run.started_at is not None
    assert run.ended_at is not None
    assert run.started_at <= run.ended_at


def test_of_what_was_missed_only_the_last_is_made_up_for() -> None:
    job = a_job()
    plan_jobs("localhost", NOON, [job])
    work(job)
    plan_jobs("localhost", NOON + 5 * DAY, [job])
    work(job)
    assert rows("due_at", "state") == [
        (at("2026-11-23T02:30"), "completed"),
        (at("2026-11-28T02:30"), "completed"),
    ]


def test_what_no_worker_took_is_skipped_when_it_is_due_again() -> None:
    job = a_job()
    for days in range(3):
        plan_jobs("localhost", NOON + days * DAY, [job])
    work(job)
    assert states() == ["skipped", "skipped", "completed"]


def test_a_clock_that_steps_back_runs_nothing_again() -> None:
    job = a_job()
    plan_jobs("localhost", NOON, [job])
    work(job)
    assert plan_jobs("localhost", NOON - DAY, [job]) == 0


def test_a_clock_that_was_years_ahead_stops_nothing() -> None:
    job = a_job()
    plan_jobs("localhost", NOON + 700 * DAY, [job])
    assert plan_jobs("localhost", NOON, [job]) == 1


def test_one_that_fails_is_told_once_and_stops_no_other() -> None:
    def fail(now: datetime) -> str:
        raise RuntimeError("no such table: password=hunter2-hunter2")

    jobs = [a_job(fail, name="bad"), a_job(name="good")]
    plan_jobs("localhost", NOON, jobs)
    work(*jobs)
    bad, good = JobRun.objects.order_by("name")
    assert (bad.state, good.state) == ("failed", "completed")
    assert bad.error.startswith("RuntimeError: no such table")
    assert "hunter2" not in bad.error
    assert Alert.objects.get().key == "job-failed:bad:2026-11-23"
    plan_jobs("localhost", NOON + DAY, jobs)
    work(*jobs)
    assert states().count("failed") == 2


def test_one_that_has_said_so_itself_is_not_told_again() -> None:
    def fail(now: datetime) -> str:
        raise AlreadySaid("The disk is full.")

    job = a_job(fail)
    plan_jobs("localhost", NOON, [job])
    work(job)
    assert rows("state", "error") == [("failed", "The disk is full.")]
    assert not Alert.objects.exists()


def test_one_whose_worker_died_is_not_running_for_ever() -> None:
    job = a_job()
    plan_jobs("localhost", NOON, [job])
    JobRun.objects.update(state=JobState.RUNNING, started_at=NOON, owner="dead/1")
    plan_jobs("localhost", NOON + timedelta(minutes=59), [job])
    assert states() == ["running"]
    plan_jobs("localhost", NOON + timedelta(minutes=61), [job])
    assert states() == ["failed"]
    assert "within 1:00:00" in JobRun.objects.get().error
    plan_jobs("localhost", NOON + DAY, [job])
    work(job)
    assert states() == ["failed", "completed"]


def test_it_does_not_run_beside_itself() -> None:
    job = a_job()
    JobRun.objects.create(name=job.name, due_at=NOON - DAY, state=JobState.RUNNING, started_at=NOON)
    assert plan_jobs("localhost", NOON, [job]) == 0
    waiting = JobRun.objects.create(name=job.name, due_at=NOON)
    run_queued(waiting.pk, owner="localhost/2", jobs=[job])
    assert states() == ["running", "queued"]


def test_a_message_that_was_lost_is_sent_again() -> None:
    job = a_job()
    run = JobRun.objects.create(name=job.name, due_at=at("2026-11-23T02:30"), queued_at=NOON)
    plan_jobs("localhost", NOON + timedelta(minutes=9), [job])
    assert messages("localhost") == []
    for _ in range(2):
        plan_jobs("localhost", NOON + timedelta(minutes=11), [job])
    assert messages("localhost") == [run.pk]


def test_a_job_that_this_version_has_not_fails_in_words() -> None:
    run = JobRun.objects.create(name="gone", due_at=NOON)
    run_queued(run.pk, owner="localhost/1", jobs=[])
    run.refresh_from_db()
    assert (run.state, run.error) == ("failed", "This version has no such job.")
