"""What a budget on a schedule's runs still counts is not deleted, however many executions there are."""

import pytest
from django.utils import timezone

from costs.budgets.keeping import counted_runs
from costs.budgets.usage import states_of
from costs.models import Budget
from executions.models import Execution
from executions.retention import delete_old_executions
from system import app_settings
from tests.executions.past import last_line

pytestmark = pytest.mark.django_db
RUNS = 110


def ended(count: int, source: str = "") -> None:
    now = timezone.now()
    Execution.objects.bulk_create(
        Execution(agent_type="a", status="completed", completed_at=now, trigger_source=source)
        for _ in range(count)
    )


def runs_of(budget: Budget) -> int:
    (state,) = states_of([budget], timezone.now())
    assert state.usage is not None
    return state.usage.runs


def test_runs_that_are_counted_stay_and_others_go() -> None:
    budget = Budget.objects.create(
        name="nightly", scope="schedule", scope_value="nightly", period="month", max_runs=200, amount_usd=None
    )
    ended(RUNS, "nightly")
    ended(50, "hourly")
    ended(1)
    app_settings.set_value("retention.executions_most", 100)
    now = timezone.now()
    last_line(delete_old_executions(now, counted_runs(now)))
    assert runs_of(budget) == RUNS
    assert Execution.objects.count() == RUNS + 1
    Budget.objects.update(enabled=False)
    assert not counted_runs(now)
    last_line(delete_old_executions(now, counted_runs(now)))
    assert Execution.objects.count() == 100
