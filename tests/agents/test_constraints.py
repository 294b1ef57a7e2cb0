from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from django.db.models import Model

from agents.models import AgentConfiguration, AgentVersion, Finding, Hold, LaunchRefusal, Turn
from executions.services import create_execution
from tests import constraints
from tests.constraints import Once, Rule

pytestmark = pytest.mark.django_db
numbers = count(1)
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def an_agent() -> AgentConfiguration:
    return AgentConfiguration(agent_type=f"agent-{next(numbers)}", name="Disk Space")


def a_refusal() -> LaunchRefusal:
    return LaunchRefusal(agent_type="disk-space", limit="enabled", detail="It is off.", triggered_by="manual")


def a_hold() -> Hold:
    execution, _ = create_execution(agent_type="disk-space", node_id="localhost")
    return Hold(execution=execution, agent_type="disk-space", limit="paused", detail="All is paused.")


def a_turn() -> Turn:
    execution, _ = create_execution(agent_type="disk-space", node_id="localhost")
    return Turn(name=f"group-{next(numbers)}", execution=execution)


def a_finding() -> Finding:
    execution, _ = create_execution(agent_type="disk-space", node_id="localhost")
    return Finding(
        fingerprint=f"{next(numbers):064}",
        agent_type="disk-space",
        node_id="localhost",
        about="disk",
        title="Disk / is full",
        severity="warning",
        first_seen=NOW,
        last_seen=NOW,
        first_execution=execution,
        last_execution=execution,
    )


def a_version() -> AgentVersion:
    return AgentVersion(agent_type="disk-space", number=next(numbers), settings={}, source="console")


MAKERS: dict[type[Model], Callable[[], Model]] = {
    AgentConfiguration: an_agent,
    LaunchRefusal: a_refusal,
    Hold: a_hold,
    Turn: a_turn,
    Finding: a_finding,
    AgentVersion: a_version,
}
RULES = [
    Rule("agent_cap_not_negative", AgentConfiguration, {"max_cost_per_execution": -1}),
    Rule("refusal_trigger_known", LaunchRefusal, {"triggered_by": "magic"}),
    Rule("finding_state_known", Finding, {"state": "lost"}),
    Rule("finding_severity_known", Finding, {"severity": "grave"}),
    Rule("finding_seen_in_order", Finding, {"last_seen": NOW - timedelta(seconds=1)}),
    Rule("finding_snoozed_has_end", Finding, {"state": "snoozed"}),
    Rule("finding_back_is_counted", Finding, {"back_at": NOW}),
    Rule("agent_version_from_one", AgentVersion, {"number": 0}),
    Rule("agent_version_source_known", AgentVersion, {"source": "magic"}),
]
ONCE = [
    Once("", AgentConfiguration, ("agent_type",)),
    Once("", Hold, ("execution_id",)),
    Once("", Turn, ("name",)),
    Once("", Finding, ("fingerprint",)),
    Once("agent_version_once", AgentVersion, ("agent_type", "number")),
]


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


@pytest.mark.parametrize("rule", constraints.foreign_keys("agents"), ids=str)
def test_no_such_parent(rule: Rule) -> None:
    constraints.require_no_such_parent(rule, MAKERS[rule.model])


@pytest.mark.parametrize("make", [a_hold, a_turn])
def test_an_execution_takes_along_what_is_said_of_it(make: Callable[[], Hold | Turn]) -> None:
    row = make()
    row.save()
    row.execution.delete()
    assert not type(row).objects.exists()
