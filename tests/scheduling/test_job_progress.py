"""A long job says how far it is, and stops where it was given up."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from scheduling.job_runs import plan_jobs
from scheduling.models import JobRun, JobState
from tests.scheduling.jobs import a_job, at, work

pytestmark = pytest.mark.django_db
NOON = at("2026-11-23T12:00")


def test_the_last_line_is_what_came_of_it_and_the_first_is_shown_meanwhile() -> None:
    seen: list[str] = []

    def slow(now: datetime) -> Iterator[str]:
        yield "Deleted 500 rows so far."
        seen.append(JobRun.objects.get().result)
        yield "Deleted 900 rows."

    job = a_job(slow)
    plan_jobs("localhost", NOON, [job])
    work(job)
    run = JobRun.objects.get()
    assert seen == ["Deleted 500 rows so far."]
    assert (run.state, run.result) == ("completed", "Deleted 900 rows.")


def test_one_that_was_given_up_stops() -> None:
    went_on: list[int] = []

    def slow(now: datetime) -> Iterator[str]:
        JobRun.objects.update(started_at=NOON - timedelta(minutes=61))  # its limit is an hour
        plan_jobs("elsewhere", NOON, [job])
        yield "Deleted 500 rows so far."
        went_on.append(1)
        yield "Deleted 900 rows."

    job = a_job(slow)
    plan_jobs("localhost", NOON, [job])
    work(job)
    run = JobRun.objects.get()
    assert went_on == []
    assert run.state == JobState.FAILED


def test_one_that_fails_in_its_middle_has_failed() -> None:
    def bad(now: datetime) -> Iterator[str]:
        yield "Deleted 500 rows so far."
        raise RuntimeError("the disk is full")

    job = a_job(bad)
    plan_jobs("localhost", NOON, [job])
    work(job)
    run = JobRun.objects.get()
    assert (run.state, run.error, run.result) == ("failed", "RuntimeError: the disk is full", "")
