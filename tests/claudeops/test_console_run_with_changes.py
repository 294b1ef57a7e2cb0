"""Run with changes: the same agent once more, judged otherwise; what does not hold is said at its field."""

import json
from typing import Any

import pytest
from django.test import Client

from agents.models import AgentConfiguration
from executions.models import Execution
from system.roles import Role
from tests.console import an_agent, an_ended_execution, console_url, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> Client:
    return signed_in(Role.OPERATOR)


@pytest.fixture
def before() -> Execution:
    an_agent()
    return an_ended_execution(overrides={"analysis": {"analyst": "rules"}})


def url_of(execution: Execution) -> str:
    return console_url(Execution, "changes", execution.uid)


def sent(client: Client, execution: Execution, **fields: str) -> Any:
    return client.post(url_of(execution), {"node_id": "localhost", **fields})


def test_it_begins_as_the_earlier_run_did(operator: Client, before: Execution) -> None:
    form = operator.get(url_of(before)).context["form"]
    assert json.loads(form["analysis"].value()) == {"analyst": "rules"}
    assert form["thresholds"].value() == ""
    assert form["node_id"].value() == "localhost"


def test_it_runs_with_what_was_changed(operator: Client, before: Execution) -> None:
    thresholds = '{"disk_percent": {"warning": 50, "critical": 60}}'
    response = sent(operator, before, analysis='{"analyst": "rules"}', thresholds=thresholds)
    run = Execution.objects.latest("pk")
    assert response["Location"] == console_url(Execution, "change", run.uid)
    assert run.execution_context["overrides"] == {
        "analysis": {"analyst": "rules"},
        "thresholds": json.loads(thresholds),
    }
    assert run.execution_context["metadata"] == {"rerun_of": str(before.uid)}
    assert run.execution_context["actor"] == "the operator"


def test_what_is_left_empty_is_as_the_agent_has_it(operator: Client, before: Execution) -> None:
    sent(operator, before, analysis="", thresholds="")
    assert "overrides" not in Execution.objects.latest("pk").execution_context


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"analysis": "{"}, "analysis", "This is not JSON"),
        ({"analysis": "[1]"}, "analysis", "an object"),
        ({"analysis": '{"analyst": "nobody"}'}, "analysis", "analyst: "),
        ({"analysis": '{"colour": 1}'}, "analysis", "colour: "),
        ({"thresholds": '{"disk_percent": {"warning": 90, "critical": 80}}'}, "thresholds", "disk_percent"),
        ({"node_id": "nowhere"}, "node_id", "nowhere"),
    ],
)
def test_what_does_not_hold_is_said_at_its_field(
    operator: Client, before: Execution, fields: dict[str, str], field: str, words: str
) -> None:
    response = sent(operator, before, **fields)
    assert response.status_code == 200
    assert words in " ".join(response.context["form"].errors[field])
    assert words in response.content.decode()
    assert Execution.objects.count() == 1


def test_a_limit_that_refuses_is_named(operator: Client, before: Execution) -> None:
    AgentConfiguration.objects.update(enabled=False)
    page = sent(operator, before).content.decode()
    assert "Launch refused: The agent disk-space is disabled (enabled)." in page


def test_an_agent_that_is_gone_has_no_form(operator: Client, before: Execution) -> None:
    AgentConfiguration.objects.all().delete()
    assert operator.get(url_of(before)).status_code == 404


def test_a_viewer_may_not(before: Execution) -> None:
    viewer = signed_in(Role.VIEWER)
    assert viewer.get(url_of(before)).status_code == 403
    assert sent(viewer, before).status_code == 403
    page = viewer.get(console_url(Execution, "change", before.uid)).content.decode()
    assert "/changes/" not in page
