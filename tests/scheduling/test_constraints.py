from collections.abc import Callable
from datetime import timedelta
from itertools import count

import pytest
from django.db.models import Model
from django.utils import timezone

from agents.models import AgentConfiguration
from scheduling.models import JobRun, Schedule
from tests import constraints
from tests.constraints import Once, Rule

pytestmark = pytest.mark.django_db
numbers = count(1)


def a_schedule() -> Schedule:
    agent = AgentConfiguration.objects.create(agent_type=f"agent-{next(numbers)}", name="Disk Space")
    return Schedule(name="Nightly", agent=agent, cron_expression="0 3 * * *")


def a_job_run(state: str = "queued") -> JobRun:
    number = next(numbers)
    return JobRun(name=f"job-{number}", due_at=timezone.now() + timedelta(days=number), state=state)


def a_running_job() -> JobRun:
    return a_job_run("running")


MAKERS: dict[type[Model], Callable[[], Model]] = {Schedule: a_schedule, JobRun: a_job_run}
RULES = [
    Rule("job_state_known", JobRun, {"state": "asleep"}),
    Rule("job_ended_has_ended_at", JobRun, {"state": "completed"}),
    Rule("job_ended_has_ended_at", JobRun, {"ended_at": "2026-11-23T00:00:00Z"}),
]
POSITIVE = constraints.positive_columns("scheduling")
ONCE = [
    (Once("job_due_once", JobRun, ("name", "due_at")), a_job_run),
    (Once("job_running_once", JobRun, ("name",)), a_running_job),
]


def test_every_constraint_is_covered() -> None:
    assert constraints.covered([*RULES, *(once for once, _ in ONCE)]) == constraints.declared("scheduling")


@pytest.mark.parametrize("rule", [*RULES, *POSITIVE], ids=str)
def test_refused_by_save(rule: Rule) -> None:
    constraints.require_refused_by_save(rule, MAKERS[rule.model])


@pytest.mark.parametrize("rule", [*RULES, *POSITIVE], ids=str)
def test_refused_by_sql(rule: Rule) -> None:
    constraints.require_refused_by_sql(rule, MAKERS[rule.model])


@pytest.mark.parametrize(("once", "make"), ONCE, ids=["due", "running"])
def test_once_by_save(once: Once, make: Callable[[], Model]) -> None:
    constraints.require_once_by_save(once, make)


@pytest.mark.parametrize(("once", "make"), ONCE, ids=["due", "running"])
def test_once_by_sql(once: Once, make: Callable[[], Model]) -> None:
    constraints.require_once_by_sql(once, make)


def test_no_schedule_without_its_agent() -> None:
    schedule = a_schedule()
    schedule.save()
    constraints.require_orphan_refused(schedule, {"agent_type": "nobody"})


def test_an_agent_takes_its_schedules_along() -> None:
    schedule = a_schedule()
    schedule.save()
    schedule.agent.delete()
    assert not Schedule.objects.exists()
