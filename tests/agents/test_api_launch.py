"""Launching over the API: queued once, refused with the limit's name, repeated with the same overrides."""

from typing import Any

import pytest
from django_q.models import OrmQ

from agents.models import LaunchRefusal
from executions.models import Execution
from executions.schemas import ExecutionOut
from executions.services import start_remote_execution
from system.models import Node
from system.roles import Role
from tests.agents.conftest import MakeAgent
from tests.api_clients import ApiClient, fields_of


@pytest.fixture
def operator(db: None) -> ApiClient:
    return ApiClient(Role.OPERATOR)


def test_a_launch_is_queued_and_answers_with_the_execution(
    operator: ApiClient, make_agent: MakeAgent
) -> None:
    make_agent(["true"], agent_type="look")
    response = operator.post("/executions", {"agent_type": "look", "metadata": {"why": "test"}})
    assert response.status_code == 201
    ExecutionOut.model_validate_json(response.content)
    execution = Execution.objects.get(uid=response.json()["id"])
    assert (execution.status, execution.triggered_by) == ("pending", "manual")
    assert execution.execution_context["actor"] == "operator of the test"
    assert execution.execution_context["metadata"] == {"why": "test"}
    assert OrmQ.objects.count() == 1


def test_a_node_that_is_not_known_is_refused_by_name(operator: ApiClient, make_agent: MakeAgent) -> None:
    make_agent(["true"], agent_type="look")
    response = operator.post("/executions", {"agent_type": "look", "node_id": "atic"})
    assert response.status_code == 422
    assert fields_of(response) == ["node_id"]
    assert not Execution.objects.exists()


def test_run_needs_no_body(operator: ApiClient, make_agent: MakeAgent) -> None:
    make_agent(["true"], agent_type="look")
    assert operator.post("/agents/look/run").status_code == 201


def test_run_takes_what_a_launch_takes(operator: ApiClient, make_agent: MakeAgent) -> None:
    make_agent(["true"], agent_type="look")
    Node.objects.create(name="attic")
    response = operator.post("/agents/look/run", {"node_id": "attic", "dedupe_key": "k"})
    assert response.json()["node_id"] == "attic"


def test_a_known_dedupe_key_gives_the_execution_of_before(operator: ApiClient, make_agent: MakeAgent) -> None:
    make_agent(["true"], agent_type="look")
    body = {"agent_type": "look", "dedupe_key": "nightly 2026-11-23"}
    first, second = operator.post("/executions", body), operator.post("/executions", body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    assert OrmQ.objects.count() == 1


def test_a_refused_launch_names_the_limit_and_is_kept(operator: ApiClient, make_agent: MakeAgent) -> None:
    make_agent(["true"], agent_type="look", enabled=False)
    response = operator.post("/agents/look/run")
    assert response.status_code == 409
    problem = response.json()
    assert (problem["title"], problem["limit"]) == ("Launch refused", "enabled")
    refusal = LaunchRefusal.objects.get()
    assert (refusal.limit, refusal.actor) == ("enabled", "operator of the test")


def test_an_unknown_agent_is_not_found(operator: ApiClient) -> None:
    response = operator.post("/executions", {"agent_type": "nobody"})
    assert response.status_code == 404
    assert fields_of(response) == ["agent_type"]


def test_overrides_that_do_not_hold_are_named(operator: ApiClient, make_agent: MakeAgent) -> None:
    make_agent(["true"], agent_type="look")
    response = operator.post(
        "/executions", {"agent_type": "look", "overrides": {"analysis": {"max_tokens": 1}}}
    )
    assert response.status_code == 422
    assert fields_of(response) == ["overrides.analysis.max_tokens"]


def test_rerun_is_the_same_again(operator: ApiClient, make_agent: MakeAgent) -> None:
    make_agent(["true"], agent_type="look", max_concurrent_executions=2)
    overrides = {"analysis": {"analyst": "rules"}}
    Node.objects.create(name="attic")
    first = operator.post("/executions", {"agent_type": "look", "node_id": "attic", "overrides": overrides})
    response = operator.post(f"/executions/{first.json()['id']}/rerun")
    assert response.status_code == 201
    again = Execution.objects.get(uid=response.json()["id"])
    assert again.node_id == "attic"
    assert again.execution_context["overrides"] == overrides
    assert again.execution_context["metadata"] == {"rerun_of": first.json()["id"]}


def test_rerun_obeys_the_limits(operator: ApiClient, make_agent: MakeAgent) -> None:
    make_agent(["true"], agent_type="look")
    first = operator.post("/agents/look/run")
    response = operator.post(f"/executions/{first.json()['id']}/rerun")
    assert (response.status_code, response.json()["limit"]) == (409, "concurrency")


def test_what_ran_elsewhere_cannot_be_run_again_from_here(operator: ApiClient) -> None:
    execution, _ = start_remote_execution(agent_type="elsewhere", node_id="n")
    response: Any = operator.post(f"/executions/{execution.uid}/rerun")
    assert response.status_code == 404
