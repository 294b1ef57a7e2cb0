"""Bytes, JSON and queries of any kind, far from what the OpenAPI document allows: never a 500.

On every route of the document; `CLAUDEOPS_FUZZ_EXAMPLES` looks further, as in test_api_fuzz.py.
"""

import json
import re
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeops.api import api
from system.roles import Role
from tests.api_clients import ApiClient
from tests.claudeops.fuzzing import EXAMPLES, trying

pytestmark = pytest.mark.django_db

VALUES = {"execution_id": "01890000-0000-7000-8000-000000000000", "month": "11", "year": "2026"}
PATHS = {
    path.removeprefix("/api/v1"): operations for path, operations in api.get_openapi_schema()["paths"].items()
}
ROUTES = sorted((method.upper(), path) for path, operations in PATHS.items() for method in operations)
WRITING = [route for route in ROUTES if route[0] in ("POST", "PUT", "PATCH")]
PLACES = sorted({part for _, path in ROUTES for part in re.findall(r"\{(\w+)\}", path)})
QUERY = sorted(
    {parameter["name"] for operations in PATHS.values() for operation in operations.values()
     for parameter in operation["parameters"] if parameter["in"] == "query"}
)  # fmt: skip
SCHEMAS = api.get_openapi_schema()["components"]["schemas"]
NAMES = sorted({name for schema in SCHEMAS.values() for name in schema.get("properties", {})})
KINDS = ["log", "cost", "step.add", "step.start", "step.complete", "complete", "fail", "command", "analysis"]
ODD = [
    "a", "", " ", "\x00", "\ud800".encode("utf-8", "replace").decode(), "2026-11-23T10:00:00Z", "9999-12-31",
    "0001-01-01T00:00:00+23:59", "0.1", "1e400", "-0", "NaN", "claude-haiku-5-5", "$..*", "../../etc/passwd",
    "\u202e", "İ", "🏳️‍🌈", "9" * 400,
]  # fmt: skip

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.sampled_from([*KINDS, *ODD])
)
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=20,
)
texts = st.text(max_size=40) | st.sampled_from(ODD) | st.integers().map(str)


@pytest.fixture
def admin(settings: Any) -> ApiClient:
    settings.RATE_PER_TOKEN = settings.RATE_PER_ADDRESS = 0
    return ApiClient(Role.ADMIN)


def filled(path: str, **values: str) -> str:
    """`path` with something in each of its places."""
    return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], VALUES.get(found[1], "1")), path)


def assert_described(response: Any) -> None:
    assert response.status_code < 500, getattr(response, "content", b"")
    if response.status_code >= 400:
        assert response.headers["Content-Type"] == "application/problem+json"
        assert response.json()["status"] == response.status_code


def test_any_bytes(admin: ApiClient) -> None:
    @trying(EXAMPLES * len(WRITING) or 400)
    @given(
        route=st.sampled_from(WRITING),
        content=st.binary(max_size=200) | st.sampled_from([b"[" * 10_000, b'{"a":' * 5000, b"9" * 10_000]),
        content_type=st.sampled_from(["application/json", "text/xml", "", "a/", "multipart/form-data"]),
    )
    def survives(route: tuple[str, str], content: bytes, content_type: str) -> None:
        assert_described(admin.send(route[0], filled(route[1]), content, content_type))

    survives()


def test_any_document(admin: ApiClient) -> None:
    @trying(EXAMPLES * len(WRITING) or 600)
    @given(route=st.sampled_from(WRITING), document=documents)
    def survives(route: tuple[str, str], document: Any) -> None:
        assert_described(admin.send(route[0], filled(route[1]), json.dumps(document).encode()))

    survives()


def test_any_entries(admin: ApiClient) -> None:
    entry = st.fixed_dictionaries(
        {"type": st.sampled_from(KINDS)}, optional=dict.fromkeys(ENTRY_NAMES, documents)
    )

    @trying(EXAMPLES * 10 or 60)
    @given(entries=st.lists(entry, max_size=4))
    def survives(entries: list[Any]) -> None:
        assert_described(admin.post("/tracking/executions", {"agent_type": "a", "entries": entries}))

    survives()


ENTRY_NAMES = (
    "at",
    "key",
    "level",
    "message",
    "metadata",
    "model",
    "output",
    "step_name",
    "step_number",
    "usage",
)


def test_any_query(admin: ApiClient) -> None:
    @trying(EXAMPLES * len(ROUTES) or 400)
    @given(route=st.sampled_from(ROUTES), name=st.sampled_from([*QUERY, "x"]), value=texts)
    def survives(route: tuple[str, str], name: str, value: str) -> None:
        query = f"{name}={quote(value, errors='replace')}"
        assert_described(admin.call(route[0], f"{filled(route[1])}?{query}"))

    survives()


def test_any_path(admin: ApiClient) -> None:
    placed = [route for route in ROUTES if "{" in route[1]]

    @trying(EXAMPLES * len(placed) or 400)
    @given(route=st.sampled_from(placed), name=texts)
    def survives(route: tuple[str, str], name: str) -> None:
        text = quote(name, safe="", errors="replace")
        assert_described(admin.call(route[0], filled(route[1], **dict.fromkeys(PLACES, text))))

    survives()
