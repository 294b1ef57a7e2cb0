"""GET /costs/analysis (row 32): a row for each day, agent and model, the newest first, with the filters."""

from datetime import date
from typing import Any

import pytest

from costs.models import DailyCost
from costs.schemas.sums import Analysis
from system.roles import Role
from tests.api_clients import ApiClient, fields_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer() -> ApiClient:
    return ApiClient(Role.VIEWER)


def analysis(viewer: ApiClient, query: str = "") -> dict[str, Any]:
    response = viewer.get(f"/costs/analysis{query}")
    assert response.status_code == 200, response.content
    Analysis.model_validate_json(response.content)
    document: dict[str, Any] = response.json()
    return document


def names(viewer: ApiClient, query: str = "") -> list[tuple[str, str, str]]:
    items = analysis(viewer, query)["items"]
    return [(item["date"][-2:], item["agent_type"], item["model_used"]) for item in items]


def spent(day: int, agent: str, model: str, node: str = "attic") -> None:
    DailyCost.objects.create(
        day=date(2026, 3, day), agent_type=agent, model_used=model, node_id=node, cost_usd="1.5", records=3,
        unpriced_records=1, input_tokens=100, output_tokens=50, cache_write_tokens=200, cache_read_tokens=700,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def _march() -> None:
    spent(10, "disk", "haiku")
    spent(11, "disk", "haiku")
    spent(11, "disk", "haiku", node="cellar")
    spent(11, "log", "opus")


def test_the_newest_first_and_added_up_over_nodes(viewer: ApiClient) -> None:
    assert names(viewer) == [("11", "log", "opus"), ("11", "disk", "haiku"), ("10", "disk", "haiku")]
    document = analysis(viewer, "?limit=1&offset=1")
    assert document["count"] == 3
    assert document["items"] == [
        {
            "date": "2026-03-11", "agent_type": "disk", "model_used": "haiku", "total_cost": "3",
            "input_tokens": 200, "output_tokens": 100, "cache_write_tokens": 400, "cache_read_tokens": 1400,
            "cache_read_share": 70.0, "records": 6, "unpriced_records": 2,
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("agent_type=disk", 2),
        ("model=opus", 1),
        ("agent_type=disk&model=opus", 0),
        ("date_from=2026-03-11", 2),
        ("date_to=2026-03-10", 1),
        ("date_from=2026-03-10&date_to=2026-03-11", 3),
        ("date_from=2026-03-12", 0),
    ],
)
def test_filters(viewer: ApiClient, query: str, count: int) -> None:
    document = analysis(viewer, f"?{query}")
    assert (len(document["items"]), document["count"]) == (count, count)


@pytest.mark.parametrize("query", ["date_from=yesterday", "date_to=2026-02-30", "agent_type=a%20b", "x=1"])
def test_bad_input_names_its_field(viewer: ApiClient, query: str) -> None:
    response = viewer.get(f"/costs/analysis?{query}")
    assert response.status_code == 422
    assert fields_of(response) == [query.partition("=")[0]]


def test_a_span_that_ends_before_it_begins_is_refused(viewer: ApiClient) -> None:
    response = viewer.get("/costs/analysis?date_from=2026-03-11&date_to=2026-03-10")
    assert response.status_code == 422
    assert fields_of(response) == ["date_to"]
