"""GET /executions/{id} (row 26 of the seed): everything about one run, in a fixed number of queries."""

from typing import Any

import pytest

from agents.schemas import ExecutionDetail
from system.roles import Role
from tests.agents.conftest import MakeAgent
from tests.api_clients import ApiClient

REPORT = {
    "analyst": "rules",
    "model": None,
    "overall_health": "warning",
    "summary": "One disk is nearly full.",
    "findings": [
        {
            "title": "Disk",
            "severity": "warning",
            "evidence": "91 %",
            "recommendation": "Delete something.",
            "command": None,
            "key": None,
        }
    ],
    "note": None,
}


@pytest.fixture
def operator(db: None) -> ApiClient:
    return ApiClient(Role.OPERATOR)


def tracked(operator: ApiClient, *entries: dict[str, Any], **more: Any) -> str:
    response = operator.post("/tracking/executions", {"agent_type": "look", "entries": entries, **more})
    assert response.status_code == 201, response.content
    uid: str = response.json()["id"]
    return uid


def test_steps_by_number_costs_analysis_and_context(operator: ApiClient) -> None:
    uid = tracked(
        operator,
        {"type": "step.add", "step_number": 2, "step_name": "Second"},
        {"type": "step.add", "step_number": 1, "step_name": "First", "step_type": "analysis"},
        {"type": "step.start", "step_number": 1},
        {"type": "step.complete", "step_number": 1, "output": "ok", "metadata": {"files": 42}},
        {"type": "cost", "model": "claude-haiku-5-5", "request_id": "r1", "usage": {"input_tokens": 1200}},
        {"type": "cost", "model": "made-up", "request_id": "r2", "usage": {"input_tokens": 5}},
        {"type": "complete", "ai_analysis": REPORT},
        context={"host": {"name": "attic"}},
    )
    response = operator.get(f"/executions/{uid}")
    ExecutionDetail.model_validate_json(response.content)
    shown = response.json()
    assert shown.keys() == ExecutionDetail.model_fields.keys()
    assert [step["step_name"] for step in shown["steps"]] == ["First", "Second"]
    first = shown["steps"][0]
    assert (first["output"], first["metadata"], first["step_type"]) == ("ok", {"files": 42}, "analysis")
    assert [cost["model_used"] for cost in shown["costs"]] == ["claude-haiku-5-5", "made-up"]
    assert shown["costs"][1]["total_cost_usd"] is None
    assert shown["costs"][0]["total_cost_usd"] == shown["cost_usd"]
    assert shown["ai_analysis"] == REPORT
    assert shown["execution_context"] == {"host": {"name": "attic"}}
    assert (shown["agent"], shown["logs"]) == (None, None)


def test_the_agent_as_it_is_now(operator: ApiClient, make_agent: MakeAgent) -> None:
    make_agent(["true"], agent_type="look", max_cost_per_execution="0.5")
    agent = operator.get(f"/executions/{tracked(operator)}").json()["agent"]
    assert (agent["agent_type"], agent["max_cost_per_execution"]) == ("look", "0.5")
    assert agent["config"]["steps"][0]["argv"] == ["true"]


def test_logs_are_there_when_asked_for(operator: ApiClient) -> None:
    uid = tracked(
        operator,
        {"type": "log", "message": "one", "level": "debug", "at": "2026-11-23T10:00:00+01:00"},
        {"type": "log", "message": "two"},
    )
    logs = operator.get(f"/executions/{uid}?include=logs").json()["logs"]
    assert [line["message"] for line in logs] == ["one", "two"]
    assert logs[0] == {
        "seq": 2,
        "at": "2026-11-23T09:00:00Z",
        "level": "debug",
        "message": "one",
        "step_number": None,
    }


def test_something_else_cannot_be_included(operator: ApiClient) -> None:
    assert operator.get(f"/executions/{tracked(operator)}?include=all").status_code == 422


def test_the_number_of_queries_is_fixed(operator: ApiClient, django_assert_num_queries: Any) -> None:
    steps = [{"type": "step.add", "step_name": f"Step {number}"} for number in range(20)]
    costs = [{"type": "cost", "model": "m", "usage": {"input_tokens": 1}} for _ in range(5)]
    uid = tracked(operator, *steps, *costs)
    operator.get("/executions")  # the token is known now
    with django_assert_num_queries(5):
        operator.get(f"/executions/{uid}")
