"""Metrics, nodes and settings over the API."""

from datetime import UTC, datetime
from typing import Any

import pytest

from system.models import AppSetting, Node, SystemMetric
from system.roles import Role
from system.schemas import MetricList, NodeList, SettingList
from tests.api_clients import ApiClient

pytestmark = pytest.mark.django_db

SECRET = "a-password-that-nobody-may-see"


@pytest.fixture
def viewer() -> ApiClient:
    return ApiClient(Role.VIEWER)


def sample(hour: int, node: str = "localhost") -> None:
    at = datetime(2026, 11, 23, hour, tzinfo=UTC)
    SystemMetric.objects.create(node_id=node, cpu_usage_percent=hour, disk_free_bytes=2**60, timestamp=at)


@pytest.mark.parametrize(
    ("query", "hours"),
    [
        ("", [3, 2, 1]),
        ("?node_id=attic", [2]),
        ("?date_from=2026-11-23T02:00:00Z", [3, 2]),
        ("?date_to=2026-11-23T02:00:00Z", [1]),
        ("?date_from=2026-11-23&date_to=2026-11-23", [3, 2, 1]),
        ("?limit=1&offset=1", [2]),
    ],
)
def test_samples_the_newest_first(viewer: ApiClient, query: str, hours: list[int]) -> None:
    sample(1)
    sample(2, "attic")
    sample(3)
    response = viewer.get(f"/system/metrics{query}")
    MetricList.model_validate_json(response.content)
    items = response.json()["items"]
    assert [item["cpu_usage_percent"] for item in items] == hours
    assert items[0]["timestamp"] == f"2026-11-23T0{hours[0]}:00:00Z"
    assert items[0]["disk_free_bytes"] == 2**60
    assert response.json()["count"] == (3 if "limit" in query else len(hours))


def test_nodes_by_name(viewer: ApiClient) -> None:
    Node.objects.create(name="cellar", workers=2)
    Node.objects.create(name="attic", hostname="attic.lan")
    response = viewer.get("/system/nodes")
    NodeList.model_validate_json(response.content)
    assert [node["name"] for node in response.json()["items"]] == ["attic", "cellar"]


def setting(key: str, value: str, value_type: str = "string", **more: Any) -> None:
    AppSetting.objects.create(key=key, value=value, value_type=value_type, **more)


def test_settings_come_as_what_they_are(viewer: ApiClient) -> None:
    setting("a", "true", "boolean")
    setting("b", "2.5", "number")
    setting("c", '{"warning": 1}', "json", is_readonly=True)
    setting("d", "text")
    response = viewer.get("/system/settings")
    SettingList.model_validate_json(response.content)
    items = response.json()["items"]
    assert [item["value"] for item in items] == [True, 2.5, {"warning": 1}, "text"]
    assert [item["is_readonly"] for item in items] == [False, False, True, False]


def test_a_secret_is_never_shown(viewer: ApiClient) -> None:
    setting("smtp.password", "", sealed=SECRET, is_secret=True)
    for client in (viewer, ApiClient(Role.ADMIN)):
        response = client.get("/system/settings")
        assert response.json()["items"][0]["value"] is None
        assert response.json()["items"][0]["is_secret"] is True
        assert SECRET not in response.content.decode()


def test_a_value_that_raw_sql_broke_is_shown_as_it_stands(viewer: ApiClient) -> None:
    setting("a", "maybe", "boolean")
    assert viewer.get("/system/settings").json()["items"][0]["value"] == "maybe"
