"""Hooks over the API: made, read, changed, tried out, rotated and deleted; a secret is seen once."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from executions.models import Execution
from scheduling.hooks.schemas import DeliveryList, HookList, HookMade, HookOut, RecipeList, TrialOut
from scheduling.models import Hook, HookDelivery, Scheme
from system.models import AuditEntry, Node
from system.roles import Role
from tests.api_clients import ApiClient, fields_of
from tests.console import an_agent
from tests.scheduling.hooks import FIRING, a_hook, as_bytes, post, send, signed_headers

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> ApiClient:
    an_agent("look", max_concurrent_executions=1000)
    return ApiClient(Role.ADMIN)


def a_body(**more: Any) -> dict[str, Any]:
    return {"slug": "alerts", "name": "Alerts", "agent_type": "look", **more}


def made(admin: ApiClient, **more: Any) -> Any:
    response = admin.post("/hooks", a_body(**more))
    assert response.status_code == 201, response.content
    HookMade.model_validate_json(response.content)
    return response.json()


@pytest.mark.parametrize("scheme", Scheme.values)
def test_the_secret_that_is_made_opens_it_and_is_shown_once(admin: ApiClient, scheme: str) -> None:
    one = made(admin, scheme=scheme)
    assert one["url"] == "http://testserver/api/v1/hooks/alerts"
    body = as_bytes(FIRING)
    assert post("alerts", body, signed_headers(scheme, body, secret=one["secret"])).status_code == 202
    for path in ("/hooks", "/hooks/alerts"):
        assert one["secret"] not in admin.get(path).content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM scheduling_hook")
        assert one["secret"] not in str(cursor.fetchall())


def test_what_is_left_out_takes_its_default(admin: ApiClient) -> None:
    one = made(admin)
    assert (one["scheme"], one["mapping"], one["filters"], one["enabled"]) == ("standard", {}, [], True)
    assert (one["recipe"], one["node_id"], one["max_per_minute"]) == ("", "", None)


def test_a_recipe_fills_in_what_is_left_out(admin: ApiClient) -> None:
    one = made(admin, recipe="alertmanager", filters=[])
    assert (one["scheme"], one["filters"]) == ("bearer", [])
    assert one["mapping"]["severity"] == "$.commonLabels.severity"


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"slug": "a b"}, ["slug"]),
        ({"name": " "}, ["name"]),
        ({"name": "a\nb"}, ["name"]),
        ({"agent_type": "nobody"}, ["agent_type"]),
        ({"scheme": "none"}, ["scheme"]),
        ({"secret": "short"}, ["secret"]),
        ({"scheme": "standard", "secret": "a-secret-of-no-base64-at-all"}, ["secret"]),
        ({"scheme": "standard", "secret": "whsec_c2hvcnQ="}, ["secret"]),
        ({"scheme": "bearer", "secret": "with a space in the middle"}, ["secret"]),
        ({"scheme": "bearer", "secret": "mit-Umläuten-drin-leider"}, ["secret"]),
        ({"mapping": {"a b": "$.x"}}, ["mapping"]),
        ({"mapping": {"x": "$.a["}}, ["mapping.x"]),
        ({"mapping": {f"n{number}": "$.x" for number in range(51)}}, ["mapping"]),
        ({"filters": ['a == "x"', "b = 1"]}, ["filters.1"]),
        ({"filters": ["a present"] * 21}, ["filters"]),
        ({"node_id": "atic"}, ["node_id"]),
        ({"execution_config": {"steps": []}}, ["execution_config.steps"]),
        ({"execution_config": {"analysis": {"model": "a\x00b"}}}, ["execution_config"]),
        ({"max_body_bytes": 0}, ["max_body_bytes"]),
        ({"max_body_bytes": 2**21}, ["max_body_bytes"]),
        ({"max_per_minute": 0}, ["max_per_minute"]),
        ({"max_per_minute": 10_001}, ["max_per_minute"]),
        ({"colour": "blue"}, ["colour"]),
    ],
)
def test_what_does_not_hold_is_said_at_its_field(
    admin: ApiClient, change: dict[str, Any], fields: list[str]
) -> None:
    response = admin.post("/hooks", a_body(**change))
    assert response.status_code == 422
    assert fields_of(response) == fields
    assert not Hook.objects.exists()


def test_an_unknown_recipe_and_a_slug_that_is_taken(admin: ApiClient) -> None:
    assert admin.post("/hooks", a_body(recipe="nagios")).status_code == 404
    made(admin)
    response = admin.post("/hooks", a_body())
    assert (response.status_code, fields_of(response)) == (409, ["slug"])


def test_it_is_changed_and_the_rest_stays(admin: ApiClient) -> None:
    made(admin, mapping={"x": "$.x"}, max_per_minute=5)
    Node.objects.create(name="attic")
    response = admin.call("PATCH", "/hooks/alerts", {"filters": ["x present"], "node_id": "attic"})
    assert response.status_code == 200, response.content
    one = HookOut.model_validate_json(response.content)
    assert (one.mapping, one.filters, one.node_id, one.max_per_minute) == (
        {"x": "$.x"}, ["x present"], "attic", 5,
    )  # fmt: skip
    again = admin.call("PATCH", "/hooks/alerts", {"node_id": None, "max_per_minute": None}).json()
    assert (again["node_id"], again["max_per_minute"], again["filters"]) == ("", None, ["x present"])
    assert fields_of(admin.call("PATCH", "/hooks/alerts", {"filters": ["x"]})) == ["filters.0"]
    for name in ("slug", "scheme", "recipe", "secret"):
        assert fields_of(admin.call("PATCH", "/hooks/alerts", {name: "other"})) == [name]


def test_the_secret_before_is_good_for_a_day_or_as_long_as_is_said(admin: ApiClient) -> None:
    body = as_bytes(FIRING)

    def opens(secret: str, message_id: str) -> bool:
        headers = signed_headers(Scheme.STANDARD, body, secret=secret, message_id=message_id)
        return post("alerts", body, headers).status_code == 202

    first = made(admin)["secret"]
    rotated = admin.post("/hooks/alerts/rotate")
    second = HookMade.model_validate_json(rotated.content).secret
    assert first != second
    assert opens(first, "1")
    assert opens(second, "2")
    Hook.objects.update(previous_until=timezone.now() - timedelta(seconds=1))
    assert not opens(first, "3")
    now = {"keep_until": "2026-01-01T00:00:00Z"}
    third = admin.post("/hooks/alerts/rotate", now).json()["secret"]
    assert [opens(secret, "4") for secret in (first, second, third)] == [False, False, True]
    assert Hook.objects.get().previous_until is None


def test_a_secret_does_not_stay_good_for_long(admin: ApiClient) -> None:
    made(admin)
    late = (timezone.now() + timedelta(days=31)).isoformat()
    assert fields_of(admin.post("/hooks/alerts/rotate", {"keep_until": late})) == ["keep_until"]
    assert fields_of(admin.post("/hooks/alerts/rotate", {"secret": "weak"})) == ["secret"]


def test_it_is_deleted_and_opens_nothing_any_more(admin: ApiClient) -> None:
    hook = a_hook()
    send(hook)
    assert admin.call("DELETE", "/hooks/alerts").status_code == 204
    assert send(hook).status_code == 401
    assert admin.get("/hooks/alerts").status_code == 404
    assert Execution.objects.count() == 1


def test_the_list_can_be_narrowed(admin: ApiClient) -> None:
    made(admin)
    made(admin, slug="off", enabled=False)
    listed = HookList.model_validate_json(admin.get("/hooks").content)
    assert [one.slug for one in listed.items] == ["alerts", "off"]
    assert admin.get("/hooks?enabled=false").json()["count"] == 1
    assert admin.get("/hooks?agent_type=look").json()["count"] == 2
    assert admin.get("/hooks?agent_type=other").json()["count"] == 0


def test_deliveries_are_shown_the_last_first(
    admin: ApiClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    hook = a_hook(filters=["alert present"])
    for number in range(5):
        send(hook, message_id=str(number))
    send(hook, {"x": 1}, message_id="filtered")
    admin.get("/hooks")
    with django_assert_num_queries(3):
        response = admin.get("/hooks/alerts/deliveries")
    listed = DeliveryList.model_validate_json(response.content)
    assert [one.message_id for one in listed.items] == ["filtered", "4", "3", "2", "1", "0"]
    assert [one.execution_id is None for one in listed.items] == [True] + [False] * 5
    narrowed = admin.get("/hooks/alerts/deliveries?state=filtered").json()
    assert narrowed["count"] == 1
    assert narrowed["items"][0]["detail"] == "alert present: there is no alert"


def test_a_payload_is_tried_out_and_nothing_happens(admin: ApiClient) -> None:
    made(admin, mapping={"severity": "$.alert.labels.severity"}, filters=['alert.status == "resolved"'])
    response = admin.post("/hooks/alerts/test", {"payload": {**FIRING, "password": "hunter2"}})
    found = TrialOut.model_validate_json(response.content)
    assert (found.would_launch, found.values) == (False, {"severity": "critical"})
    assert found.reason == 'alert.status == "resolved": it is "firing"'
    assert "hunter2" not in response.content.decode()
    other = {"payload": FIRING, "filters": [], "mapping": {"s": "alert.status"}}
    tried = admin.post("/hooks/alerts/test", other).json()
    assert (tried["would_launch"], tried["values"]) == (True, {"s": "firing"})
    wrong = admin.post("/hooks/alerts/test", {"payload": {}, "filters": ["x"]})
    assert fields_of(wrong) == ["filters.0"]
    assert not Execution.objects.exists()
    assert not HookDelivery.objects.exists()


def test_recipes_are_listed_with_what_to_do(admin: ApiClient) -> None:
    listed = RecipeList.model_validate_json(admin.get("/hook-recipes").content)
    assert {one.name for one in listed.items} == {
        "alertmanager", "grafana", "uptime-kuma", "healthchecks", "github", "home-assistant",
    }  # fmt: skip


def test_who_changed_what_is_on_record_without_a_secret(admin: ApiClient) -> None:
    secret = made(admin)["secret"]
    admin.call("PATCH", "/hooks/alerts", {"filters": ["x present"]})
    rotated = admin.post("/hooks/alerts/rotate").json()["secret"]
    admin.call("DELETE", "/hooks/alerts")
    entries = AuditEntry.objects.filter(action__startswith="webhook.").order_by("id")
    assert [entry.action.partition(".")[2] for entry in entries] == ["create", "change", "rotate", "delete"]
    assert {(entry.actor, entry.target) for entry in entries} == {("admin of the test", "alerts")}
    written = " ".join(str(entry.changes) for entry in entries)
    assert secret not in written
    assert rotated not in written
