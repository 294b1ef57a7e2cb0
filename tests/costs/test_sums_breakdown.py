"""GET /costs/breakdown: what a span's costs are made of, the dearest first, the whole being the sum."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from costs.models import DailyCost
from costs.schemas.sums import Breakdown
from system.roles import Role
from tests.api_clients import ApiClient, fields_of

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 10)
SPAN = "&date_from=2026-03-01&date_to=2026-03-31"


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def viewer() -> ApiClient:
    return ApiClient(Role.VIEWER)


def breakdown(viewer: ApiClient, query: str) -> dict[str, Any]:
    response = viewer.get(f"/costs/breakdown?{query}")
    assert response.status_code == 200, response.content
    Breakdown.model_validate_json(response.content)
    document: dict[str, Any] = response.json()
    return document


def parts(viewer: ApiClient, query: str) -> list[tuple[str, str, float]]:
    items = breakdown(viewer, query)["items"]
    return [(item["key"], item["cost"], item["share"]) for item in items]


def spent(cost: str, day: date = DAY, **more: Any) -> None:
    key = {"agent_type": "disk", "model_used": "haiku", "node_id": "attic"} | more
    counts = {"executions": 2, "records": 4, "unpriced_records": 1, "tokens_used": 10}
    DailyCost.objects.create(day=day, cost_usd=cost, **counts, **key)


@pytest.fixture
def march() -> None:
    spent("1")
    spent("5", agent_type="log", model_used="opus")
    spent("2", node_id="cellar", triggered_by="schedule", trigger_source="nightly")
    spent("0.5", day=DAY + timedelta(days=1), triggered_by="schedule", trigger_source="hourly")
    spent("1.5", triggered_by="webhook", trigger_source="nightly")


@pytest.mark.usefixtures("march")
@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ("agent", [("disk", "5", 50.0), ("log", "5", 50.0)]),
        ("model", [("haiku", "5", 50.0), ("opus", "5", 50.0)]),
        ("node", [("attic", "8", 80.0), ("cellar", "2", 20.0)]),
        ("schedule", [("", "7.5", 75.0), ("nightly", "2", 20.0), ("hourly", "0.5", 5.0)]),
        ("trigger", [("manual", "6", 60.0), ("schedule", "2.5", 25.0), ("webhook", "1.5", 15.0)]),
    ],
)
def test_by_each_group(viewer: ApiClient, group: str, expected: list[Any]) -> None:
    assert parts(viewer, f"group_by={group}{SPAN}") == expected
    assert breakdown(viewer, f"group_by={group}{SPAN}")["cost"] == "10"


@pytest.mark.usefixtures("march")
def test_a_part_in_full(viewer: ApiClient) -> None:
    document = breakdown(viewer, f"group_by=node{SPAN}&limit=1&offset=1")
    assert document == {
        "group_by": "node", "date_from": "2026-03-01", "date_to": "2026-03-31", "cost": "10", "count": 2,
        "items": [
            {
                "key": "cellar", "cost": "2", "share": 20.0, "executions": 2, "avg_cost_per_execution": "1",
                "tokens": 10, "records": 4, "unpriced_records": 1,
            }
        ],
    }  # fmt: skip


@pytest.mark.usefixtures("march")
@pytest.mark.parametrize(
    ("query", "cost"),
    [
        ("agent_type=log", "5"),
        ("model=haiku", "5"),
        ("node_id=cellar", "2"),
        ("trigger=webhook", "1.5"),
        ("trigger=schedule&node_id=attic", "0.5"),
        ("agent_type=nobody", "0"),
    ],
)
def test_filters(viewer: ApiClient, query: str, cost: str) -> None:
    assert breakdown(viewer, f"group_by=agent{SPAN}&{query}")["cost"] == cost


@pytest.mark.usefixtures("march")
@pytest.mark.parametrize(
    ("span", "cost"),
    [
        ("date_from=2026-03-10&date_to=2026-03-10", "9.5"),
        ("date_from=2026-03-11&date_to=2026-03-11", "0.5"),
        ("date_from=2026-03-11&date_to=2026-03-12", "0.5"),
        ("date_to=2026-03-09", "0"),
        ("date_from=2026-03-10", "10"),
    ],
)
def test_both_days_are_part_of_the_span(viewer: ApiClient, span: str, cost: str) -> None:
    assert breakdown(viewer, f"group_by=agent&{span}")["cost"] == cost


def test_of_the_current_month_unless_a_day_is_given(viewer: ApiClient) -> None:
    today = timezone.localdate()
    first = today.replace(day=1)
    spent("1", day=today)
    spent("2", day=first - timedelta(days=1))
    document = breakdown(viewer, "group_by=agent")
    assert (document["cost"], document["date_from"]) == ("1", str(first))
    assert document["date_to"][:7] == str(first)[:7]
    assert date.fromisoformat(document["date_to"]) + timedelta(days=1) > today


def test_by_agent_unless_a_group_is_named(viewer: ApiClient) -> None:
    spent("1")
    assert breakdown(viewer, SPAN.removeprefix("&"))["group_by"] == "agent"


def test_nothing_has_no_shares(viewer: ApiClient) -> None:
    spent("0")
    assert parts(viewer, f"group_by=agent{SPAN}") == [("disk", "0", 0.0)]


@pytest.mark.usefixtures("march")
def test_what_is_kept_holds_only_while_no_day_changes(
    viewer: ApiClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    query = f"group_by=agent{SPAN}"
    assert parts(viewer, query)[0] == ("disk", "5", 50.0)
    with django_assert_num_queries(1):
        viewer.get(f"/costs/breakdown?{query}")
    # A repair that moves money from one agent to another, and leaves every sum as it was.
    DailyCost.objects.filter(agent_type="log").update(agent_type="mail")
    assert parts(viewer, query)[1] == ("mail", "5", 50.0)
    spent("90", agent_type="mail", model_used="fable")
    assert parts(viewer, query)[0] == ("mail", "95", 95.0)
    DailyCost.objects.filter(agent_type="mail").delete()
    assert parts(viewer, query) == [("disk", "5", 100.0)]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("group_by=galaxy", "group_by"),
        ("group_by=agent&date_from=2026-13-01", "date_from"),
        ("group_by=agent&date_from=2026-11-01T00:00:00Z", "date_from"),
        ("group_by=agent&date_to=0000-01-01", "date_to"),
        ("group_by=agent&date_to=9999-12-31", "date_to"),
        ("group_by=agent&date_from=2026-03-02&date_to=2026-03-01", "date_to"),
        ("group_by=agent&trigger=whim", "trigger"),
        ("group_by=agent&model=a%00", "model"),
        ("group_by=agent&limit=0", "limit"),
        ("group_by=agent&since=1", "since"),
    ],
)
def test_bad_input_names_its_field(viewer: ApiClient, query: str, field: str) -> None:
    response = viewer.get(f"/costs/breakdown?{query}")
    assert response.status_code == 422, response.content
    assert fields_of(response) == [field]
