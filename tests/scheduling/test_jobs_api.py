"""The jobs over the API: what there is, what it did, and one of them now."""

from datetime import timedelta

import pytest
from django.utils import timezone

from scheduling.job_overview import list_jobs
from scheduling.job_schemas import JobList, JobRunList, JobRunOut
from scheduling.jobs import JOBS
from scheduling.models import JobRun, JobState
from scheduling.tasks import run_job
from system.roles import Role
from tests.api_clients import ApiClient
from tests.scheduling.jobs import a_job, at, messages

pytestmark = pytest.mark.django_db
NAME = "verify-cost-sums"


@pytest.fixture
def admin() -> ApiClient:
    return ApiClient(Role.ADMIN)


def a_run(**more: object) -> JobRun:
    now = timezone.now()
    fields = {"due_at": now, "state": JobState.COMPLETED, "started_at": now, "ended_at": now, **more}
    return JobRun.objects.create(name=NAME, **fields)


def test_every_job_is_listed_also_one_that_never_ran(admin: ApiClient) -> None:
    a_run(due_at=timezone.now() - timedelta(hours=1), result="The first")
    last = a_run(result="All is right.")
    found = admin.get("/jobs")
    JobList.model_validate_json(found.content)
    items = {item["name"]: item for item in found.json()["items"]}
    assert list(items) == [job.name for job in JOBS]
    assert found.json()["count"] == len(JOBS)
    assert (items[NAME]["last_run"]["id"], items[NAME]["last_run"]["result"]) == (last.pk, "All is right.")
    assert items[NAME]["when"] == "daily at 00:20"
    assert items["optimize-database"]["last_run"] is None


def test_a_job_that_was_not_run_when_it_was_due_is_due_still() -> None:
    job, now = a_job(), at("2026-11-23T12:00")
    assert list_jobs(now, [job])[0].next_due == at("2026-11-23T02:30")
    JobRun.objects.create(name=job.name, due_at=at("2026-11-23T02:30"))
    (state,) = list_jobs(now, [job])
    assert state.next_due == at("2026-11-24T02:30")
    assert state.is_busy


def test_its_runs_come_newest_first_and_by_state(admin: ApiClient) -> None:
    good, bad = (
        a_run(),
        a_run(state=JobState.FAILED, error="The disk is full.", due_at=at("2026-11-22T00:20")),
    )
    found = admin.get(f"/jobs/{NAME}/runs")
    JobRunList.model_validate_json(found.content)
    assert [item["id"] for item in found.json()["items"]] == [bad.pk, good.pk]
    failed = admin.get(f"/jobs/{NAME}/runs?state=failed&limit=1").json()
    assert [item["error"] for item in failed["items"]] == ["The disk is full."]
    assert failed["count"] == 1
    assert admin.get("/jobs/none/runs").status_code == 404


@pytest.mark.parametrize("name", [job.name for job in JOBS])
def test_each_runs_by_hand_on_an_empty_database(admin: ApiClient, name: str) -> None:
    answer = admin.post(f"/jobs/{name}/run", {})
    assert answer.status_code == 202
    JobRunOut.model_validate_json(answer.content)
    run = JobRun.objects.get()
    assert (answer.json()["id"], answer.json()["state"]) == (run.pk, "queued")
    assert messages("localhost") == [run.pk]
    again = admin.post(f"/jobs/{name}/run", {})
    assert (again.status_code, again.json()["detail"]) == (409, f"The job {name} is queued already.")
    run_job(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error) == ("completed", "")
    assert run.result


def test_one_that_runs_is_not_run_beside_itself(admin: ApiClient) -> None:
    a_run(state=JobState.RUNNING, ended_at=None)
    assert admin.post(f"/jobs/{NAME}/run", {}).status_code == 409
    assert admin.post("/jobs/none/run", {}).status_code == 404


def test_a_list_takes_two_queries(admin: ApiClient, django_assert_num_queries: object) -> None:
    a_run()
    admin.get("/jobs")  # the token is known now
    with django_assert_num_queries(1):  # type: ignore[operator]
        admin.get("/jobs")
