"""manage.py run_job: the list of jobs, and one of them now, in the foreground."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from costs.models import DailyCost
from scheduling.jobs import JOBS
from scheduling.models import JobRun, JobState
from tests.costs.ledger import an_execution, daily_rows, spend
from tests.scheduling.jobs import messages

pytestmark = pytest.mark.django_db


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("run_job", *arguments, stdout=out)
    return out.getvalue()


def test_without_a_name_it_lists_what_there_is() -> None:
    said("verify-cost-sums")
    lines = said().splitlines()[1:]
    assert [line.split()[0] for line in lines if not line.startswith(" ")] == [job.name for job in JOBS]
    (verify,) = (line for line in lines if line.startswith("verify-cost-sums"))
    assert "daily at 00:20" in verify
    assert "completed" in verify
    (monthly,) = (line for line in lines if line.startswith("monthly-cost-summaries"))
    assert "never" in monthly


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_every_job_runs_on_an_empty_database(job: object) -> None:
    name = getattr(job, "name", "")
    assert said(name).strip()
    run = JobRun.objects.get()
    assert (run.name, run.state, run.asked_by) == (name, "completed", "command line")
    assert messages("localhost") == []


def test_it_does_what_the_job_does() -> None:
    spend(an_execution(), timezone.now())
    right = daily_rows()
    DailyCost.objects.update(records=7)
    assert "1 daily sums" in said("verify-cost-sums")
    assert daily_rows() == right


def test_a_job_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(CommandError, match=r"There is no job 'backup'. There are: .*verify-cost-sums"):
        said("backup")


def test_it_does_not_run_beside_itself() -> None:
    now = timezone.now()
    JobRun.objects.create(
        name="verify-cost-sums", due_at=now - timedelta(hours=1), state=JobState.RUNNING, started_at=now
    )
    with pytest.raises(CommandError, match="verify-cost-sums is running already"):
        said("verify-cost-sums")
    assert JobRun.objects.count() == 1


def test_one_that_fails_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**where: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(DailyCost.objects, "filter", fail)
    with pytest.raises(CommandError, match="verify-cost-sums failed: RuntimeError: the disk is full"):
        said("verify-cost-sums")
    assert JobRun.objects.get().state == JobState.FAILED
