"""The jobs' page: what they did, and a button that runs one again."""

import pytest
from django.test import Client
from django.utils import timezone

from scheduling.jobs import JOBS, Job
from scheduling.models import JobRun, JobState
from system.roles import Role
from tests.console import console_url, signed_in
from tests.scheduling.jobs import at, messages

pytestmark = pytest.mark.django_db
START = "/scheduling/jobrun/start/{}/"


@pytest.fixture
def admin() -> Client:
    return signed_in(Role.ADMIN)


def a_run(**more: object) -> JobRun:
    fields = {"state": JobState.COMPLETED, "started_at": at("2026-11-23T00:20"), **more}
    return JobRun.objects.create(
        name="verify-cost-sums", due_at=at("2026-11-23T00:20"), ended_at=at("2026-11-23T00:20:05"), **fields
    )


def test_a_run_is_shown_with_what_came_of_it(admin: Client) -> None:
    run = a_run(result="All is <b>right</b>.")
    for page in (console_url(JobRun, "changelist"), console_url(JobRun, "change", run.pk)):
        text = admin.get(page).content.decode()
        assert "All is &lt;b&gt;right&lt;/b&gt;." in text
        assert "5.0 s" in text
        assert "Completed" in text
    assert "daily at 00:20" in text


def test_run_now_queues_it_once(admin: Client) -> None:
    run = a_run()
    answer = admin.post(console_url(JobRun, "run", run.pk))
    queued = JobRun.objects.get(state=JobState.QUEUED)
    assert answer["Location"] == console_url(JobRun, "change", queued.pk)
    assert (queued.name, queued.asked_by) == ("verify-cost-sums", "the admin")
    assert abs((queued.due_at - timezone.now()).total_seconds()) < 60
    assert messages("localhost") == [queued.pk]
    again = admin.post(console_url(JobRun, "run", run.pk), follow=True)
    assert "verify-cost-sums is queued already" in again.content.decode()
    assert JobRun.objects.count() == 2


def test_every_job_has_a_row_and_a_button_also_one_that_never_ran(admin: Client) -> None:
    a_run(result="All is <b>right</b>.")
    text = admin.get(console_url(JobRun, "changelist")).content.decode()
    for job in JOBS:
        assert f'action="{START.format(job.name)}"' in text
    assert text.count(">never<") == len(JOBS) - 1
    assert "daily at 00:20" in text
    assert "<b>right</b>" not in text


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_the_button_queues_its_job_once(admin: Client, job: Job) -> None:
    answer = admin.post(START.format(job.name))
    assert answer["Location"] == console_url(JobRun, "changelist")
    run = JobRun.objects.get()
    assert (run.name, run.state, run.asked_by) == (job.name, "queued", "the admin")
    assert messages("localhost") == [run.pk]
    again = admin.post(START.format(job.name), follow=True)
    assert f"The job {job.name} is queued already." in again.content.decode()


def test_a_link_runs_nothing(admin: Client) -> None:
    assert admin.get(START.format("verify-cost-sums")).status_code == 405
    assert (
        "There is no job &#x27;none&#x27;" in admin.post(START.format("none"), follow=True).content.decode()
    )
    assert not JobRun.objects.exists()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_others_only_look(role: Role) -> None:
    run = a_run()
    client = signed_in(role)
    page = client.get(console_url(JobRun, "changelist"))
    assert page.status_code == 200
    assert "Run now" not in page.content.decode()
    assert client.post(console_url(JobRun, "run", run.pk)).status_code == 403
    assert client.post(START.format("verify-cost-sums")).status_code == 403
    assert JobRun.objects.count() == 1


def test_a_job_that_is_gone_cannot_be_run(admin: Client) -> None:
    run = a_run()
    JobRun.objects.update(name="of-yesterday")
    page = admin.post(console_url(JobRun, "run", run.pk), follow=True)
    assert "There is no job &#x27;of-yesterday&#x27;" in page.content.decode()


def test_nothing_can_be_written_by_hand(admin: Client) -> None:
    run = a_run()
    assert admin.get(console_url(JobRun, "add")).status_code == 403
    assert admin.post(console_url(JobRun, "change", run.pk), {"state": "queued"}).status_code == 403
    assert admin.post(console_url(JobRun, "delete", run.pk)).status_code == 403
