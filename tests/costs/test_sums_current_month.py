"""GET /costs/current-month (row 31): this calendar month in TIME_ZONE, an execution counted once."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from costs.models import DailyCost
from costs.schemas.sums import CurrentMonth
from system.roles import Role
from tests.api_clients import ApiClient
from tests.costs.ledger import OPUS, UNKNOWN, an_execution, spend

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer() -> ApiClient:
    return ApiClient(Role.VIEWER)


def current(viewer: ApiClient) -> dict[str, Any]:
    response = viewer.get("/costs/current-month")
    assert response.status_code == 200, response.content
    CurrentMonth.model_validate_json(response.content)
    document: dict[str, Any] = response.json()
    return document


def this_month() -> datetime:
    """Its first moment."""
    return timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def test_nothing_is_zeros(viewer: ApiClient) -> None:
    today = timezone.localdate()
    document = current(viewer)
    assert (document.pop("year"), document.pop("month")) == (today.year, today.month)
    assert {str(value) for value in document.values()} == {"0"}


def test_an_execution_counts_once_and_what_has_no_price_is_counted_apart(viewer: ApiClient) -> None:
    one, other = an_execution(), an_execution()
    records = [spend(one, timezone.now(), model) for model in (OPUS, OPUS, UNKNOWN)]
    records.append(spend(other, timezone.now()))
    document = current(viewer)
    cost = sum((record.total_cost_usd or 0 for record in records), Decimal(0))
    assert Decimal(document["cost"]) == cost
    assert (document["executions"], document["records"], document["unpriced_records"]) == (2, 4, 1)
    assert document["tokens"] == 4 * 6000
    assert [document[f"{name}_tokens"] for name in ("input", "output", "cache_write", "cache_read")] == [
        4800, 1200, 2000, 16000,
    ]  # fmt: skip
    assert Decimal(document["avg_cost_per_execution"]) == (cost / 2).quantize(Decimal("1e-12"))


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "Pacific/Chatham", "America/New_York", "UTC"])
def test_the_month_begins_at_midnight_of_the_time_zone(viewer: ApiClient, settings: Any, zone: str) -> None:
    settings.TIME_ZONE = zone
    begin = this_month()
    spend(an_execution(), begin - timedelta(microseconds=1))
    assert current(viewer)["records"] == 0
    inside = spend(an_execution(), begin)
    assert Decimal(current(viewer)["cost"]) == inside.total_cost_usd
    assert (inside.year, inside.month, inside.day) == (begin.year, begin.month, 1)


def test_what_changes_is_seen_at_once(viewer: ApiClient) -> None:
    record = spend(an_execution(), timezone.now())
    assert Decimal(current(viewer)["cost"]) == record.total_cost_usd
    DailyCost.objects.update(cost_usd="0.000000000001")  # as a repair does
    assert current(viewer)["cost"] == "0.000000000001"
