"""What an agent elsewhere may not tell: refused with the path of the field, nothing applied."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from executions.models import Execution
from system.roles import Role
from tests.api_clients import ApiClient, fields_of

pytestmark = pytest.mark.django_db

LOG = {"type": "log", "message": "fine"}
TOMORROW = (timezone.now() + timedelta(days=2)).isoformat()


@pytest.fixture
def operator() -> ApiClient:
    return ApiClient(Role.OPERATOR)


def cost(**usage: Any) -> dict[str, Any]:
    return {"type": "cost", "model": "claude-haiku-5-5", "usage": usage}


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({}, ""),
        ({"type": "step.explode"}, ""),
        ({"type": 3}, ""),
        ({"type": "log"}, ".message"),
        ({"type": "log", "message": 3}, ".message"),
        ({"type": "log", "message": "x" * (64 * 1024 + 1)}, ".message"),
        ({"type": "log", "message": "x", "level": "fatal"}, ".level"),
        ({"type": "log", "message": "x", "step_number": 0}, ".step_number"),
        ({"type": "log", "message": "x", "step_number": 2**31}, ".step_number"),
        ({"type": "log", "message": "x", "step_number": "1"}, ".step_number"),
        ({"type": "log", "message": "x", "at": "now"}, ".at"),
        ({"type": "log", "message": "x", "at": 1_700_000_000}, ".at"),
        ({"type": "log", "message": "x", "at": "2026-11-23T10:00:00"}, ".at"),
        ({"type": "log", "message": "x", "at": TOMORROW}, ".at"),
        ({"type": "log", "message": "x", "at": "10000-01-01T00:00:00Z"}, ".at"),
        ({"type": "log", "message": "x", "at": "0001-01-01T00:00:00Z"}, ".at"),
        ({"type": "log", "message": "x", "key": ""}, ".key"),
        ({"type": "log", "message": "x", "key": "k" * 101}, ".key"),
        ({"type": "log", "message": "x", "key": "\x00"}, ".key"),
        ({"type": "log", "message": "x", "log": "y"}, ".log"),
        ({"type": "step.add"}, ".step_name"),
        ({"type": "step.add", "step_name": ""}, ".step_name"),
        ({"type": "step.add", "step_name": "x", "step_type": "dance"}, ".step_type"),
        ({"type": "step.add", "step_name": "x", "metadata": []}, ".metadata"),
        ({"type": "step.start"}, ".step_number"),
        ({"type": "step.start", "step_number": 7}, ".step_number"),
        ({"type": "complete", "exit_code": 2**31}, ".exit_code"),
        ({"type": "complete", "success": "yes"}, ".success"),
        ({"type": "complete", "ai_analysis": {"analyst": "me"}}, ".ai_analysis.analyst"),
        ({"type": "fail"}, ".error"),
        ({"type": "cost", "usage": {}}, ".model"),
        ({"type": "cost", "model": "m", "usage": []}, ".usage"),
        (cost(input_tokens=-1), ".usage.input_tokens"),
        (cost(input_tokens=2**63), ".usage.input_tokens"),
        (cost(input_tokens=1.5), ".usage.input_tokens"),
        (cost(input_tokens=True), ".usage.input_tokens"),
        (cost(input_tokens=2**62, output_tokens=2**62), ".usage"),
        (cost(output_tokens=2**60), ".usage"),
        (
            cost(iterations=[{"type": "message"}, {"type": "message", "input_tokens": "5"}]),
            ".usage.iterations.1.input_tokens",
        ),
        (
            cost(cache_creation={"ephemeral_1h_input_tokens": -3}),
            ".usage.cache_creation.ephemeral_1h_input_tokens",
        ),
        ({**cost(), "response_time_ms": -1}, ".response_time_ms"),
        ({**cost(), "response_time_ms": 2**63}, ".response_time_ms"),
    ],
)
def test_the_field_is_named_with_its_path(operator: ApiClient, entry: dict[str, Any], field: str) -> None:
    response = operator.post("/tracking/executions", {"agent_type": "a", "entries": [LOG, entry]})
    assert response.status_code == 422, response.content
    named = fields_of(response)
    if field == ".ai_analysis.analyst":
        assert f"entries.1{field}" in named
    else:
        assert named == [f"entries.1{field}"]
    assert not Execution.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "agent_type"),
        ({"agent_type": "a b"}, "agent_type"),
        ({"agent_type": "a", "node_id": ""}, "node_id"),
        ({"agent_type": "a", "triggered_by": "x"}, "triggered_by"),
        ({"agent_type": "a", "context": [1]}, "context"),
        ({"agent_type": "a", "dedupe_key": "k" * 201}, "dedupe_key"),
        ({"agent_type": "a", "at": TOMORROW}, "at"),
        ({"agent_type": "a", "entries": {}}, "entries"),
        ({"agent_type": "a", "entries": [LOG] * 1001}, "entries"),
        ({"agent_type": "a", "entries": [3]}, "entries.0"),
        ({"agent_type": "a", "status": "running"}, "status"),
    ],
)
def test_a_start_that_does_not_hold_is_refused(operator: ApiClient, body: Any, field: str) -> None:
    response = operator.post("/tracking/executions", body)
    assert response.status_code == 422
    assert fields_of(response) == [field]


@pytest.mark.parametrize(
    ("entries", "field"),
    [
        ([{"type": "step.add", "step_number": 1, "step_name": "again"}], "entries.0.step_number"),
        ([{"type": "step.start", "step_number": 1}] * 2, "entries.1.step_number"),
        (
            [{"type": "step.skip", "step_number": 1}, {"type": "step.complete", "step_number": 1}],
            "entries.1.step_number",
        ),
    ],
)
def test_a_step_that_is_not_in_that_state_is_a_conflict(
    operator: ApiClient, entries: list[dict[str, Any]], field: str
) -> None:
    step = {"type": "step.add", "step_number": 1, "step_name": "Fetch"}
    started = operator.post("/tracking/executions", {"agent_type": "a", "entries": [step]}).json()
    response = operator.post(f"/tracking/executions/{started['id']}/batch", {"entries": entries})
    assert response.status_code == 409
    assert fields_of(response) == [field]


def test_nothing_follows_the_end_in_one_call(operator: ApiClient) -> None:
    response = operator.post(
        "/tracking/executions", {"agent_type": "a", "entries": [{"type": "complete"}, LOG]}
    )
    assert response.status_code == 409
    assert not Execution.objects.exists()
