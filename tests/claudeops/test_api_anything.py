"""Bytes, JSON and queries of any kind, far from what the OpenAPI document allows: never a 500."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from system.roles import Role
from tests.api_clients import ApiClient

pytestmark = pytest.mark.django_db

UID = "01890000-0000-7000-8000-000000000000"
WRITING = [
    ("POST", "/executions"),
    ("POST", f"/executions/{UID}/cancel"),
    ("POST", "/tracking/executions"),
    ("POST", f"/tracking/executions/{UID}/batch"),
    ("POST", "/agents"),
    ("PUT", "/agents/a"),
    ("PATCH", "/agents/a"),
    ("POST", "/agents/a/run"),
]
READING = ["/executions", "/system/metrics", "/dashboard/activity", f"/executions/{UID}/events", "/agents"]
QUERY = ["limit", "offset", "cursor", "status", "agent_type", "node_id", "date_from", "date_to", "after", "x"]
NAMES = [
    "agent_type", "node_id", "entries", "context", "dedupe_key", "at", "type", "message", "key", "usage",
    "model", "config", "steps", "name", "metadata", "overrides", "step_number", "argv", "x",
]  # fmt: skip
KINDS = ["log", "cost", "step.add", "step.start", "step.complete", "complete", "fail", "command", "analysis"]

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.sampled_from([*KINDS, "a", "\x00", "2026-11-23T10:00:00Z", "9999-12-31", "0.1", "claude-haiku-5-5"])
)
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=20,
)
entries = st.lists(
    st.fixed_dictionaries(
        {"type": st.sampled_from(KINDS)}, optional={name: documents for name in NAMES if name != "type"}
    ),
    max_size=4,
)
anything = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def admin() -> ApiClient:
    return ApiClient(Role.ADMIN)


def assert_described(response: Any) -> None:
    assert response.status_code < 500, response.content
    if response.status_code >= 400:
        assert response.headers["Content-Type"] == "application/problem+json"
        assert response.json()["status"] == response.status_code


@pytest.mark.parametrize("route", WRITING, ids=" ".join)
def test_any_bytes(admin: ApiClient, route: tuple[str, str]) -> None:
    @anything
    @given(
        content=st.binary(max_size=200),
        content_type=st.sampled_from(["application/json", "text/xml", "", "a/"]),
    )
    def survives(content: bytes, content_type: str) -> None:
        assert_described(admin.send(*route, content, content_type))

    survives()


@pytest.mark.parametrize("route", WRITING, ids=" ".join)
def test_any_document(admin: ApiClient, route: tuple[str, str]) -> None:
    @anything
    @given(document=documents)
    def survives(document: Any) -> None:
        assert_described(admin.send(*route, json.dumps(document).encode()))

    survives()


def test_any_entries(admin: ApiClient) -> None:
    @anything
    @given(entries=entries)
    def survives(entries: list[Any]) -> None:
        assert_described(admin.post("/tracking/executions", {"agent_type": "a", "entries": entries}))

    survives()


@pytest.mark.parametrize("path", READING)
def test_any_query(admin: ApiClient, path: str) -> None:
    @anything
    @given(name=st.sampled_from(QUERY), value=st.text(max_size=30) | st.integers().map(str))
    def survives(name: str, value: str) -> None:
        assert_described(admin.get(f"{path}?{name}={quote(value, errors='replace')}"))

    survives()


@pytest.mark.parametrize("rest", ["", "/events", "/logs", "/cancel"])
def test_any_path(admin: ApiClient, rest: str) -> None:
    @anything
    @given(name=st.text(max_size=40))
    def survives(name: str) -> None:
        text = quote(name, safe="", errors="replace")
        for path in (f"/executions/{text}{rest}", f"/agents/{text}"):
            assert_described(admin.get(path))

    survives()
