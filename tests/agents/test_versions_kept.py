"""Each change of an agent leaves a version: who, when, from where, and the whole of what it was."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from agents.catalogue import BUILT_IN
from agents.documents import settings_of
from agents.editing import seed_agents
from agents.models import AgentConfiguration, AgentVersion, Source
from system.roles import Role
from tests.api_clients import ApiClient, fields_of
from tests.console import CONFIG, an_agent

pytestmark = pytest.mark.django_db

NIGHTLY: dict[str, Any] = {"agent_type": "nightly", "name": "Nightly", "config": CONFIG}


@pytest.fixture
def admin() -> ApiClient:
    api = ApiClient(Role.ADMIN)
    assert api.post("/agents", {**NIGHTLY, "comment": "as agreed"}).status_code == 201
    return api


def versions() -> list[AgentVersion]:
    return list(AgentVersion.objects.filter(agent_type="nightly").order_by("number"))


def test_a_new_agent_has_its_first_version(admin: ApiClient) -> None:
    (first,) = versions()
    assert (first.number, first.source, first.comment) == (1, Source.API, "as agreed")
    assert first.author == "admin of the test"
    assert first.settings == settings_of(AgentConfiguration.objects.get())
    assert admin.get("/agents/nightly").json()["revision"] == 1


def test_what_changes_nothing_leaves_none(admin: ApiClient) -> None:
    admin.call("PATCH", "/agents/nightly", {"name": "Nightly", "comment": "as it was"})
    assert len(versions()) == 1
    admin.call("PATCH", "/agents/nightly", {"max_cost_per_execution": "0.5", "comment": "dearer"})
    second = versions()[1]
    assert (second.number, second.comment, second.settings["max_cost_per_execution"]) == (2, "dearer", "0.5")


def test_an_agent_that_is_made_anew_counts_on(admin: ApiClient) -> None:
    admin.call("DELETE", "/agents/nightly")
    assert admin.get("/agents/nightly/versions").json()["count"] == 1
    assert admin.post("/agents", NIGHTLY).json()["revision"] == 2


def test_what_was_changed_past_us_is_not_lost(admin: ApiClient) -> None:
    AgentConfiguration.objects.update(name="By SQL")
    admin.call("PATCH", "/agents/nightly", {"name": "By the API"})
    assert [each.settings["name"] for each in versions()] == ["Nightly", "By SQL", "By the API"]
    assert versions()[1].source == Source.FOUND
    an_agent("older")  # as before there were versions
    admin.call("PATCH", "/agents/older", {"name": "New"})
    older = AgentVersion.objects.filter(agent_type="older").order_by("number")
    assert [each.settings["name"] for each in older] == ["Older", "New"]


def test_the_agents_that_come_with_it_begin_with_one() -> None:
    seed_agents(
        AgentConfiguration(agent_type=each.agent_type, name=each.name, config=each.config)
        for each in BUILT_IN
    )
    assert set(AgentVersion.objects.values_list("number", "source")) == {(1, "seed")}


def test_a_version_is_never_changed(admin: ApiClient) -> None:
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        AgentVersion.objects.update(comment="no")


def test_lists_and_one_version(admin: ApiClient) -> None:
    admin.call("PATCH", "/agents/nightly", {"name": "Later"})
    found = admin.get("/agents/nightly/versions?limit=1").json()
    assert found["count"] == 2
    assert (found["items"][0]["number"], found["items"][0]["author"]) == (2, "admin of the test")
    whole = admin.get("/agents/nightly/versions/1").json()
    assert (whole["settings"]["name"], whole["settings"]["config"]) == ("Nightly", CONFIG)
    missing = admin.get("/agents/nightly/versions/3")
    assert missing.status_code == 404
    assert "they go from 1 to 2" in missing.json()["detail"]
    assert admin.get("/agents/nobody/versions").status_code == 404


def test_who_saw_an_older_version_changes_nothing(admin: ApiClient) -> None:
    admin.call("PATCH", "/agents/nightly", {"name": "Later", "cooldown_ms": 5})
    refused = admin.call("PATCH", "/agents/nightly", {"description": "mine", "revision": 1})
    assert refused.status_code == 412
    detail = refused.json()["detail"]
    assert "Saved since: 2 by admin of the test (api)" in detail
    assert "What differs: settings" in detail
    assert fields_of(refused) == ["revision"]
    assert AgentConfiguration.objects.get().description == ""
    assert admin.call("PATCH", "/agents/nightly", {"description": "mine", "revision": 2}).status_code == 200


@pytest.mark.parametrize(
    ("tag", "status"), [('"1"', 200), ("*", 200), ('W/"1"', 200), ('"2"', 412), ('"abc"', 412)]
)
def test_if_match_is_asked(admin: ApiClient, tag: str, status: int) -> None:
    assert admin.get("/agents/nightly").headers["ETag"] == '"1"'
    answer = admin.call("PATCH", "/agents/nightly", {"name": "New"}, If_Match=tag)
    assert answer.status_code == status
    assert AgentConfiguration.objects.get().name == ("New" if status == 200 else "Nightly")


def test_a_header_and_a_body_that_disagree_are_refused(admin: ApiClient) -> None:
    answer = admin.call("PATCH", "/agents/nightly", {"name": "New", "revision": 2}, If_Match='"1"')
    assert answer.status_code == 412
