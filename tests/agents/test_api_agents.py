"""Agents over the API: made, read, changed and deleted, and never stored as what could not run."""

from typing import Any

import pytest

from agents.models import AgentConfiguration, LaunchRefusal
from agents.schemas import AgentDetail, AgentList, AgentOut
from executions.models import Execution
from executions.services import create_execution
from system.roles import Role
from tests.api_clients import ApiClient, fields_of

pytestmark = pytest.mark.django_db

CONFIG = {"steps": [{"name": "Look", "type": "command", "argv": ["true"]}]}
NIGHTLY: dict[str, Any] = {"agent_type": "nightly", "name": "Nightly sync", "config": CONFIG}


@pytest.fixture
def admin() -> ApiClient:
    return ApiClient(Role.ADMIN)


@pytest.fixture
def nightly(admin: ApiClient) -> dict[str, Any]:
    response = admin.post("/agents", NIGHTLY)
    assert response.status_code == 201, response.content
    document: dict[str, Any] = response.json()
    return document


def test_what_is_left_out_takes_its_default(nightly: dict[str, Any]) -> None:
    assert nightly.keys() == AgentOut.model_fields.keys()
    for stamp in ("created_at", "updated_at"):
        assert nightly.pop(stamp).endswith("Z")
    assert nightly == {
        **NIGHTLY,
        "revision": 1,
        "description": "",
        "version": "1.0.0",
        "enabled": True,
        "max_cost_per_execution": None,
        "max_duration_ms": None,
        "timeout_ms": 300_000,
        "max_concurrent_executions": 1,
        "cooldown_ms": 0,
    }


def test_everything_can_be_given_and_money_stays_exact(admin: ApiClient) -> None:
    given = {
        **NIGHTLY,
        "description": "line one\nline two",
        "version": "2.1",
        "enabled": False,
        "max_cost_per_execution": "0.250000000001",
        "max_duration_ms": 60_000,
        "timeout_ms": 1_000,
        "max_concurrent_executions": 3,
        "cooldown_ms": 5_000,
    }
    stored = admin.post("/agents", given).json()
    assert {name: stored[name] for name in given} == given


def test_the_same_agent_twice_is_a_conflict(admin: ApiClient, nightly: dict[str, Any]) -> None:
    response = admin.post("/agents", NIGHTLY)
    assert response.status_code == 409
    assert fields_of(response) == ["agent_type"]


def test_a_list_by_name_with_a_filter_and_pages(admin: ApiClient, nightly: dict[str, Any]) -> None:
    admin.post("/agents", {**NIGHTLY, "agent_type": "b", "name": "B", "enabled": False})
    whole = admin.get("/agents")
    AgentList.model_validate_json(whole.content)
    assert [item["agent_type"] for item in whole.json()["items"]] == ["b", "nightly"]
    assert admin.get("/agents?enabled=false").json()["count"] == 1
    page = admin.get("/agents?limit=1&offset=1").json()
    assert ([item["name"] for item in page["items"]], page["count"]) == (["Nightly sync"], 2)


def test_the_detail_shows_launches_that_were_refused_lately(
    admin: ApiClient, nightly: dict[str, Any]
) -> None:
    for number in range(12):
        LaunchRefusal.objects.create(
            agent_type="nightly", limit="cooldown", detail=f"No. {number}", triggered_by="manual", actor="ada"
        )
    LaunchRefusal.objects.create(agent_type="other", limit="paused", detail="No.", triggered_by="manual")
    response = admin.get("/agents/nightly")
    AgentDetail.model_validate_json(response.content)
    refusals = response.json()["recent_refusals"]
    assert [refusal["detail"] for refusal in refusals] == [f"No. {number}" for number in range(11, 1, -1)]
    assert (refusals[0]["limit"], refusals[0]["actor"]) == ("cooldown", "ada")


def test_patch_changes_what_is_given_and_nothing_else(admin: ApiClient, nightly: dict[str, Any]) -> None:
    admin.call("PATCH", "/agents/nightly", {"max_cost_per_execution": "1", "timeout_ms": 5})
    response = admin.call("PATCH", "/agents/nightly", {"name": "Renamed", "max_cost_per_execution": None})
    assert response.status_code == 200
    changed = response.json()
    assert changed.pop("updated_at") > nightly.pop("updated_at")
    assert changed == {**nightly, "name": "Renamed", "timeout_ms": 5, "revision": 3}


@pytest.mark.parametrize("field", ["name", "config", "enabled", "timeout_ms", "version"])
def test_patch_takes_no_null_where_there_must_be_something(
    admin: ApiClient, nightly: dict[str, Any], field: str
) -> None:
    response = admin.call("PATCH", "/agents/nightly", {field: None})
    assert response.status_code == 422
    assert fields_of(response) == [field]


def test_put_sets_everything_anew(admin: ApiClient, nightly: dict[str, Any]) -> None:
    admin.call("PATCH", "/agents/nightly", {"cooldown_ms": 9, "description": "old"})
    fields = {"name": "New", "config": CONFIG}
    replaced = admin.call("PUT", "/agents/nightly", fields).json()
    assert (replaced["name"], replaced["cooldown_ms"], replaced["description"]) == ("New", 0, "")
    assert replaced["created_at"] == nightly["created_at"]


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_change_that_does_not_hold_changes_nothing(
    admin: ApiClient, nightly: dict[str, Any], method: str
) -> None:
    bad = {"name": "New", "config": {"steps": [{"name": "x", "type": "command", "argv": ["a", ""]}]}}
    response = admin.call(method, "/agents/nightly", bad)
    assert response.status_code == 422
    assert fields_of(response) == ["config.steps.0.argv.1"]
    assert AgentConfiguration.objects.get().name == "Nightly sync"


def test_every_wrong_place_of_a_configuration_is_named(admin: ApiClient) -> None:
    steps = [
        {"name": "Look", "type": "command", "argv": ["true"], "probe": "cpu"},
        {"name": "Look", "type": "analysis"},
        {"name": "Check", "type": "validation", "require": [{"step": "Nobody", "path": "a", "op": "~"}]},
    ]
    response = admin.post("/agents", {**NIGHTLY, "config": {"steps": steps, "extra": 1}})
    assert response.status_code == 422
    assert fields_of(response) == ["config.steps.0", "config.steps.2.require.0.op", "config.extra"]


def test_the_type_cannot_be_changed(admin: ApiClient, nightly: dict[str, Any]) -> None:
    assert fields_of(admin.call("PATCH", "/agents/nightly", {"agent_type": "b"})) == ["agent_type"]


def test_a_deleted_agent_leaves_its_history(admin: ApiClient, nightly: dict[str, Any]) -> None:
    execution, _ = create_execution(agent_type="nightly", node_id="n")
    response = admin.call("DELETE", "/agents/nightly")
    assert response.status_code == 409
    admin.post(f"/executions/{execution.uid}/cancel")
    response = admin.call("DELETE", "/agents/nightly")
    assert (response.status_code, response.content) == (204, b"")
    assert admin.get("/agents/nightly").status_code == 404
    assert Execution.objects.count() == 1
    assert admin.get(f"/executions/{execution.uid}").json()["agent"] is None


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_an_unknown_agent_is_not_found(admin: ApiClient, method: str) -> None:
    body = {"name": "A", "config": CONFIG} if method in ("PUT", "PATCH") else None
    assert admin.call(method, "/agents/nobody", body).status_code == 404
