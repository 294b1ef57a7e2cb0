"""Going back makes a new version that is equal to an old one, if that holds by the rules of today."""

from typing import Any

import pytest

from agents.models import AgentConfiguration, AgentVersion
from agents.versions.keeping import find_version
from system.roles import Role
from tests.api_clients import ApiClient
from tests.console import CONFIG
from tests.system.audit_log import actions

pytestmark = pytest.mark.django_db

FIRST: dict[str, Any] = {
    "agent_type": "nightly", "name": "First", "config": CONFIG, "max_cost_per_execution": "0.000000000001",
    "enabled": False, "cooldown_ms": 7, "description": "zwei\nZeilen",
}  # fmt: skip
UNKNOWN_PROBE = {"steps": [{"name": "A", "type": "command", "probe": "gone"}]}


@pytest.fixture
def admin() -> ApiClient:
    api = ApiClient(Role.ADMIN)
    api.post("/agents", FIRST)
    api.call("PUT", "/agents/nightly", {"name": "Second", "config": {"steps": [CONFIG["steps"][1]]}})
    return api


def test_it_is_what_it_was_and_the_history_goes_on(admin: ApiClient) -> None:
    answer = admin.post("/agents/nightly/versions/1/restore", {"comment": "it was better"})
    assert answer.status_code == 200, answer.content
    assert {name: answer.json()[name] for name in FIRST} == FIRST
    assert answer.headers["ETag"] == '"3"'
    third = find_version("nightly", 3)
    assert (third.restored_from, third.comment) == (1, "it was better")
    assert third.settings == find_version("nightly", 1).settings
    assert actions()[-1] == "agent.change"


def test_without_a_comment_it_says_where_it_went(admin: ApiClient) -> None:
    admin.post("/agents/nightly/versions/1/restore")
    assert find_version("nightly", 3).comment == "Back to version 1"


def test_there_is_no_way_back_to_where_one_is(admin: ApiClient) -> None:
    answer = admin.post("/agents/nightly/versions/2/restore")
    assert (answer.status_code, AgentVersion.objects.count()) == (409, 2)


def test_who_saw_an_older_one_is_refused(admin: ApiClient) -> None:
    answer = admin.post("/agents/nightly/versions/1/restore", {"revision": 1})
    assert answer.status_code == 412
    assert AgentConfiguration.objects.get().name == "Second"


def test_what_does_not_hold_any_more_is_refused_in_words(admin: ApiClient) -> None:
    settings = {**find_version("nightly", 1).settings, "config": UNKNOWN_PROBE}
    for number, changes in ((3, {}), (4, {"timeout_ms": 0})):
        AgentVersion.objects.create(
            agent_type="nightly", number=number, settings={**settings, **changes}, source="found"
        )
    probe = admin.post("/agents/nightly/versions/3/restore")
    assert probe.status_code == 422
    assert (
        "Version 3 of nightly does not hold any more: steps.0: there is no probe 'gone'"
        in probe.json()["detail"]
    )
    assert "timeout_ms" in admin.post("/agents/nightly/versions/4/restore").json()["detail"]
    assert AgentConfiguration.objects.get().name == "Second"


def test_an_agent_that_was_deleted_comes_back(admin: ApiClient) -> None:
    admin.call("DELETE", "/agents/nightly")
    answer = admin.post("/agents/nightly/versions/1/restore")
    assert (answer.status_code, answer.json()["revision"], answer.json()["name"]) == (200, 3, "First")
