from itertools import count

import pytest

from agents.models import AgentConfiguration
from scheduling.models import Schedule
from tests import constraints
from tests.constraints import Rule

pytestmark = pytest.mark.django_db
numbers = count(1)


def a_schedule() -> Schedule:
    agent = AgentConfiguration.objects.create(agent_type=f"agent-{next(numbers)}", name="Disk Space")
    return Schedule(name="Nightly", agent=agent, cron_expression="0 3 * * *")


def test_every_constraint_is_covered() -> None:
    assert constraints.declared("scheduling") == set()


@pytest.mark.parametrize("rule", constraints.positive_columns("scheduling"), ids=str)
def test_refused_by_save(rule: Rule) -> None:
    constraints.require_refused_by_save(rule, a_schedule)


@pytest.mark.parametrize("rule", constraints.positive_columns("scheduling"), ids=str)
def test_refused_by_sql(rule: Rule) -> None:
    constraints.require_refused_by_sql(rule, a_schedule)


def test_no_schedule_without_its_agent() -> None:
    schedule = a_schedule()
    schedule.save()
    constraints.require_orphan_refused(schedule, {"agent_type": "nobody"})


def test_an_agent_takes_its_schedules_along() -> None:
    schedule = a_schedule()
    schedule.save()
    schedule.agent.delete()
    assert not Schedule.objects.exists()
