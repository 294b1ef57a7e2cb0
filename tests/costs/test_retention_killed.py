"""A retention that is killed in its middle is completed by the next one."""

import time

import pytest
from django.core.management import call_command

from costs.models import CostRecord
from costs.price_book import ensure_prices
from costs.rollups import recorded_days, verify_days
from executions.models import Execution, ExecutionEvent
from scheduling.models import JobRun
from tests.costs.old_runs import COSTS, old_runs
from tests.faults.home import Home

RUNS = 800


def kill_once_some_are_gone(home: Home) -> int:
    """How many executions there were when it was dead."""
    process = home.manage("run_job", "delete-old-executions")
    while Execution.objects.count() > RUNS:
        assert process.poll() is None, "it ended before it could be killed"
        time.sleep(0.005)  # leaves it the processor
    process.kill()
    process.wait()
    return Execution.objects.count()


@pytest.mark.processes
def test_killed_and_run_again(any_home: Home) -> None:
    ensure_prices()
    old_runs(RUNS, days=400)
    (young,) = old_runs(1, days=1)
    assert 1 < kill_once_some_are_gone(any_home) <= RUNS
    assert_whole()
    call_command("run_job", "delete-old-executions", verbosity=0)
    assert list(JobRun.objects.order_by("pk").values_list("state", "error")) == [
        ("failed", "Its process is no more."),
        ("completed", ""),
    ]
    assert list(Execution.objects.values_list("pk", flat=True)) == [young]
    assert set(ExecutionEvent.objects.values_list("execution", flat=True)) == {young}
    assert_whole()


def assert_whole() -> None:
    """Every record is there, and what still has an execution has one that is there."""
    days = recorded_days()
    assert days is not None
    assert verify_days(*days) == []
    assert CostRecord.objects.count() == (RUNS + 1) * COSTS
    assert CostRecord.objects.filter(execution__isnull=False).count() == Execution.objects.count() * COSTS
