"""Every bad input is a 4xx problem document that names the field; a failure shows nothing of the inside."""

import json
import logging
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.http import HttpRequest
from django.test import Client
from ninja import NinjaAPI
from ninja.testing import TestClient

from claudeops.problems import handle_problems
from system.roles import Role
from tests.api_clients import BASE, ApiClient, fields_of

pytestmark = pytest.mark.django_db

UID = "01890000-0000-7000-8000-000000000000"
STEP = {"name": "Look", "type": "command", "argv": ["true"]}


@pytest.fixture
def owner() -> ApiClient:
    return ApiClient(Role.ADMIN)


def assert_problem(response: Any, status: int, *fields: str) -> None:
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    document = response.json()
    assert document["status"] == status
    assert document["title"]
    assert document["type"].startswith("urn:claudeops:problem:")
    assert document["detail"]
    if fields:
        assert fields_of(response) == list(fields)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=-1", "limit"),
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=", "limit"),
        ("limit=ten", "limit"),
        ("limit=1e3", "limit"),
        ("limit=99999999999999999999999999", "limit"),
        ("offset=-1", "offset"),
        (f"offset={2**63}", "offset"),
        ("cursor=x", "cursor"),
        ("cursor=AAAAAAAAAAB", "cursor"),
        ("cursor=__________8", "cursor"),
        ("cursor=%F0%9F%98%80", "cursor"),
        ("status=done", "status"),
        ("status=", "status"),
        ("triggered_by=me", "triggered_by"),
        ("agent_type=a%00b", "agent_type"),
        ("agent_type=a%20b", "agent_type"),
        ("node_id=a%00", "node_id"),
        ("node_id=" + "n" * 101, "node_id"),
        ("date_from=yesterday", "date_from"),
        ("date_from=2026-02-30", "date_from"),
        ("date_from=10000-01-01", "date_from"),
        ("date_from=10000-01-01T00:00:00Z", "date_from"),
        ("date_from=9999-12-31T23:59:59-14:00", "date_from"),
        ("date_from=0001-01-01T00:00:00%2B14:00", "date_from"),
        ("date_to=9999-12-31", "date_to"),
        ("date_to=2026-11-23T10:00:00", "date_to"),
        ("date_to=1700000000", "date_to"),
        ("date_to=2026-11-23T25:00:00Z", "date_to"),
        ("sort=cost", "sort"),
        ("limit=1&limit=2", "limit"),
        ("%00=1", "\x00"),
    ],
)
def test_a_bad_parameter_is_named(owner: ApiClient, query: str, field: str) -> None:
    assert_problem(owner.get(f"/executions?{query}"), 422, field)


def test_two_bad_parameters_are_both_named(owner: ApiClient) -> None:
    assert_problem(owner.get("/executions?limit=0&offset=-1"), 422, "limit", "offset")


def test_bytes_in_a_query_that_are_no_text_do_no_harm(owner: ApiClient) -> None:
    assert_problem(owner.get("/executions?agent_type=%ff%fe"), 422, "agent_type")
    assert_problem(owner.get("/executions?%ff=1"), 422, "\ufffd")


def test_more_parameters_than_django_takes_are_refused(owner: ApiClient) -> None:
    assert_problem(owner.get("/executions?" + "&".join(f"a{n}=1" for n in range(1100))), 400)


@pytest.mark.parametrize("path", ["running", "stats", f"{UID}/logs"])
def test_a_parameter_is_refused_where_there_are_others_or_none(owner: ApiClient, path: str) -> None:
    assert_problem(owner.get(f"/executions/{path}?limit=1"), 422, "limit")


@pytest.mark.parametrize(
    "uid", ["x", "0", "%00", "01890000-0000-7000-8000-00000000000g", "-1", "%F0%9F%98%80"]
)
@pytest.mark.parametrize("path", ["", "/events", "/logs"])
def test_a_bad_uid_is_named(owner: ApiClient, uid: str, path: str) -> None:
    assert_problem(owner.get(f"/executions/{uid}{path}"), 422, "execution_id")


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 422),
        (b"null", 422),
        (b"[]", 422),
        (b"3", 422),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"agent_type": NaN}', 400),
        (b'{"agent_type": Infinity}', 400),
        (b'{"agent_type": 1e999}', 400),
        (b'{"agent_type": "\\ud800"}', 400),
        (b'{"agent_type": "a"} {}', 400),
        (b"[" * 100_000, 400),
        (b"[" * 70 + b"]" * 70, 400),
        (b'{"a":' * 900 + b"1" + b"}" * 900, 400),
    ],
)
def test_a_body_that_is_no_object_is_named(owner: ApiClient, content: bytes, status: int) -> None:
    for path in ("/executions", "/tracking/executions", "/agents"):
        assert_problem(owner.send("POST", path, content), status, "body")


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_a_body_of_another_type_is_refused(owner: ApiClient, content_type: str) -> None:
    assert_problem(owner.send("POST", "/executions", b'{"agent_type": "a"}', content_type), 415, "body")


def test_a_body_that_is_too_large_is_refused(owner: ApiClient, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    assert_problem(owner.post("/executions", {"agent_type": "a" * 1000}), 413, "body")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["agent_type"]),
        ({"agent_type": None}, ["agent_type"]),
        ({"agent_type": 3}, ["agent_type"]),
        ({"agent_type": ""}, ["agent_type"]),
        ({"agent_type": "a\x00"}, ["agent_type"]),
        ({"agent_type": "a", "dedupe_key": "\x00"}, ["dedupe_key"]),
        ({"agent_type": "a", "dedupe_key": ""}, ["dedupe_key"]),
        ({"agent_type": "a", "overrides": []}, ["overrides"]),
        ({"agent_type": "a", "triggered_by": "wish"}, ["triggered_by"]),
        ({"agent_type": "a", "agent": "b", "x": 1}, ["agent", "x"]),
    ],
)
def test_a_bad_field_is_named(owner: ApiClient, body: Any, fields: list[str]) -> None:
    assert_problem(owner.post("/executions", body), 422, *fields)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"timeout_ms": 2**63}, "timeout_ms"),
        ({"timeout_ms": 10**30}, "timeout_ms"),
        ({"timeout_ms": "5"}, "timeout_ms"),
        ({"timeout_ms": True}, "timeout_ms"),
        ({"timeout_ms": 0.5}, "timeout_ms"),
        ({"cooldown_ms": -1}, "cooldown_ms"),
        ({"cooldown_ms": 2**62}, "cooldown_ms"),
        ({"max_concurrent_executions": 0}, "max_concurrent_executions"),
        ({"max_cost_per_execution": 0.25}, "max_cost_per_execution"),
        ({"max_cost_per_execution": "NaN"}, "max_cost_per_execution"),
        ({"max_cost_per_execution": "1e5"}, "max_cost_per_execution"),
        ({"max_cost_per_execution": "-1"}, "max_cost_per_execution"),
        ({"max_cost_per_execution": "0.0000000000001"}, "max_cost_per_execution"),
        ({"max_cost_per_execution": "١"}, "max_cost_per_execution"),
        ({"name": " \n "}, "name"),
        ({"enabled": "yes"}, "enabled"),
        ({"config": {}}, "config.steps"),
        ({"config": []}, "config"),
        ({"config": {"steps": [STEP, {**STEP, "name": "Two", "argv": [""]}]}}, "config.steps.1.argv.0"),
        ({"config": {"steps": [{**STEP, "argv": ["a\x00b"]}]}}, "config.steps.0.argv.0"),
        ({"config": {"steps": [{**STEP, "env": {"A": "\x00"}}]}}, "config.steps.0.env.A"),
    ],
)
def test_a_bad_field_of_an_agent_is_named(owner: ApiClient, change: dict[str, Any], field: str) -> None:
    agent = {"agent_type": "a", "name": "A", "config": {"steps": [STEP]}}
    assert_problem(owner.post("/agents", agent | change), 422, field)
    assert owner.get("/agents").json()["count"] == 0


def test_a_body_where_none_is_read_is_refused(owner: ApiClient) -> None:
    assert_problem(owner.post(f"/executions/{UID}/cancel", {"reason": "x"}), 422, "body")
    assert_problem(owner.post(f"/executions/{UID}/cancel", {}), 404)


def test_what_is_not_there_is_a_problem_too(owner: ApiClient) -> None:
    assert_problem(owner.get(f"/executions/{UID}"), 404)
    assert_problem(owner.get("/agents/none"), 404, "agent_type")
    for path in ("/nothing", "/", "/executions/"):
        assert_problem(owner.get(path), 404)
    for path in ("/api", "/api/", "/api/v2/executions", "/api/v1/a%0Ab"):
        assert_problem(Client().get(path), 404)


def test_a_method_that_cannot_be_used_says_which_can(owner: ApiClient) -> None:
    response = owner.call("DELETE", "/executions")
    assert_problem(response, 405)
    assert {name.strip() for name in response.headers["Allow"].split(",")} == {"GET", "POST"}


def test_a_host_that_is_not_ours_is_refused() -> None:
    assert_problem(Client(SERVER_NAME="evil.example").get(f"{BASE}/system/health"), 400)


class Leak(Exception):
    pass


@pytest.fixture
def broken() -> TestClient:
    """An API of its own with our handlers, whose routes fail."""
    api = NinjaAPI(urls_namespace="broken")
    handle_problems(api)

    @api.get("/leak")
    def leak(request: HttpRequest) -> None:
        raise Leak("the password is hunter2")

    @api.get("/busy")
    def busy(request: HttpRequest) -> None:
        raise OperationalError("database is locked: /srv/secret/place.db")

    @api.get("/clash")
    def clash(request: HttpRequest) -> None:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO system_node (name) VALUES (NULL)")

    return TestClient(api)


def test_a_failure_is_logged_under_an_id_and_shows_nothing(
    broken: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, logger="claudeops.problems"):
        response = broken.get("/leak")
    document = json.loads(response.content)
    assert (response.status_code, document["title"]) == (500, "Failure")
    assert "hunter2" not in response.content.decode()
    number = document["detail"].removesuffix(".").split()[-1]
    record = next(record for record in caplog.records if number in record.getMessage())
    assert record.exc_info is not None
    assert record.exc_info[0] is Leak


def test_a_busy_database_is_a_503_that_may_be_tried_again(broken: TestClient) -> None:
    response = broken.get("/busy")
    assert response.status_code == 503
    assert response["Retry-After"]
    assert "secret" not in response.content.decode()


def test_a_clash_that_only_the_database_saw_is_a_conflict(broken: TestClient) -> None:
    assert broken.get("/clash").status_code == 409
