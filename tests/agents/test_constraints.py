from collections.abc import Callable
from itertools import count

import pytest
from django.db.models import Model

from agents.models import AgentConfiguration, LaunchRefusal
from tests import constraints
from tests.constraints import Once, Rule

pytestmark = pytest.mark.django_db
numbers = count(1)


def an_agent() -> AgentConfiguration:
    return AgentConfiguration(agent_type=f"agent-{next(numbers)}", name="Disk Space")


def a_refusal() -> LaunchRefusal:
    return LaunchRefusal(agent_type="disk-space", limit="enabled", detail="It is off.", triggered_by="manual")


MAKERS: dict[type[Model], Callable[[], Model]] = {AgentConfiguration: an_agent, LaunchRefusal: a_refusal}
RULES = [
    Rule("agent_cap_not_negative", AgentConfiguration, {"max_cost_per_execution": -1}),
    Rule("refusal_trigger_known", LaunchRefusal, {"triggered_by": "magic"}),
]
ONCE = [Once("", AgentConfiguration, ("agent_type",))]


def test_every_constraint_is_covered() -> None:
    assert constraints.covered([*RULES, *ONCE]) == constraints.declared("agents")


@pytest.mark.parametrize("rule", [*RULES, *constraints.positive_columns("agents")], ids=str)
def test_refused_by_save(rule: Rule) -> None:
    constraints.require_refused_by_save(rule, MAKERS[rule.model])


@pytest.mark.parametrize("rule", [*RULES, *constraints.positive_columns("agents")], ids=str)
def test_refused_by_sql(rule: Rule) -> None:
    constraints.require_refused_by_sql(rule, MAKERS[rule.model])


@pytest.mark.parametrize("once", ONCE, ids=str)
def test_once_by_save(once: Once) -> None:
    constraints.require_once_by_save(once, MAKERS[once.model])


@pytest.mark.parametrize("once", ONCE, ids=str)
def test_once_by_sql(once: Once) -> None:
    constraints.require_once_by_sql(once, MAKERS[once.model])
