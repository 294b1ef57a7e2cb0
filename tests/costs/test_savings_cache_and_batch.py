"""GET /costs/savings: what the cache saved, and what batches would have."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from costs.models import ModelPrice
from costs.price_book import row_of
from costs.rates import shipped_prices
from costs.schemas.savings import SavingsOut
from system.roles import Role
from tests.api_clients import ApiClient, fields_of
from tests.costs.past_runs import HAIKU, SONNET, a_run

pytestmark = pytest.mark.django_db

MAY = datetime(2026, 5, 20, 12, tzinfo=UTC)
RANGE = "?date_from=2026-05-01&date_to=2026-05-31"


@pytest.fixture
def viewer() -> ApiClient:
    return ApiClient(Role.VIEWER)


def savings(viewer: ApiClient, query: str = RANGE) -> Any:
    response = viewer.get(f"/costs/savings{query}")
    SavingsOut.model_validate_json(response.content)
    return response.json()


def test_nothing_yet_is_zeros(viewer: ApiClient) -> None:
    found = savings(viewer)
    assert (found["cache_saved_usd"], found["batch_saves_usd"], found["rules_saved_usd"]) == ("0", "0", "0")
    assert found["agents"] == []


def test_the_cache_by_agent_and_in_sum(viewer: ApiClient) -> None:
    a_run("a", MAY, "1", cache_saved_usd=Decimal("0.5"))
    a_run("a", MAY, "1", cache_saved_usd=Decimal("0.000000000001"))
    a_run("b", MAY, "1", cache_saved_usd=Decimal("-0.2"))
    found = savings(viewer)
    assert [item["cache_saved_usd"] for item in found["agents"]] == ["0.500000000001", "-0.2"]
    assert found["cache"] == "Caching saved 0.300000000001 USD."


def test_a_cache_that_cost_more_than_it_saved_is_said_to(viewer: ApiClient) -> None:
    a_run("b", MAY, "1", cache_saved_usd=Decimal("-0.2"))
    found = savings(viewer)
    assert (found["cache_saved_usd"], found["cache"]) == ("-0.2", "Caching cost 0.2 USD more than it saved.")


def test_a_batch_saves_by_each_models_own_factor(viewer: ApiClient) -> None:
    for model, percent in ((HAIKU, 50), (SONNET, 70)):
        version = shipped_prices().models[model][-1]
        row = row_of(version)
        row.batch_percent = percent
        row.save()
    a_run("a", MAY, "1", model=HAIKU, batchable_usd=Decimal("0.8"))
    a_run("a", MAY, "1", model=f"{SONNET}-20260301", batchable_usd=Decimal("1"))
    found = savings(viewer)
    assert (found["batchable_usd"], found["batch_saves_usd"]) == ("1.8", "0.7")
    assert found["agents"][0]["batch_saves_usd"] == "0.7"


def test_a_model_that_has_no_price_any_more_is_left_out_and_named(viewer: ApiClient) -> None:
    ModelPrice.objects.all().delete()
    a_run("a", MAY, "1", model="claude-old-1", batchable_usd=Decimal("0.8"))
    found = savings(viewer)
    assert found["batch_saves_usd"] == "0"
    assert "claude-old-1" in found["batch"]


def test_both_days_of_the_range_are_whole(viewer: ApiClient) -> None:
    for day in (1, 2, 3, 4):
        start = datetime(2026, 5, day, tzinfo=UTC)
        a_run("a", start, "1", cache_saved_usd=Decimal(1))
        a_run("a", start + timedelta(days=1, microseconds=-1), "1", cache_saved_usd=Decimal(1))
    assert savings(viewer, "?date_from=2026-05-02&date_to=2026-05-03")["cache_saved_usd"] == "4"


def test_without_days_it_is_this_month_until_today(viewer: ApiClient) -> None:
    found = savings(viewer, "")
    assert found["date_from"] == found["date_to"][:8] + "01"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?date_from=2026-05-32", "date_from"),
        ("?date_to=2026-13-01", "date_to"),
        ("?date_from=0", "date_from"),
        ("?date_from=2026-05-02T00:00:00Z", "date_from"),
        ("?date_from=2026-05-02&date_to=2026-05-01", "date_from"),
        ("?date_from=0001-01-01", "date_from"),
        ("?date_to=9999-12-31", "date_to"),
        ("?date_to=", "date_to"),
        ("?days=3", "days"),
    ],
)
def test_what_is_no_range_is_refused(viewer: ApiClient, query: str, field: str) -> None:
    response = viewer.get(f"/costs/savings{query}")
    assert (response.status_code, fields_of(response)) == (422, [field])
    assert "detail" in json.loads(response.content)
