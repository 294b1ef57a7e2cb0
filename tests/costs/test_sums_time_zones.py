"""Days and months are calendar ones in TIME_ZONE: from the recording over the sums to the API."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache

from system.roles import Role
from tests.api_clients import ApiClient
from tests.costs.ledger import OPUS, an_execution, spend

pytestmark = pytest.mark.django_db
MICROSECOND = timedelta(microseconds=1)
ZONES = ["Asia/Tokyo", "Pacific/Chatham", "America/New_York"]
# Hours of the days on which the clocks change, and of those beside them.
CHANGES = [
    ("America/New_York", date(2026, 3, 8), 23),
    ("America/New_York", date(2026, 11, 1), 25),
    ("Pacific/Chatham", date(2026, 9, 27), 23),
    ("Pacific/Chatham", date(2026, 4, 5), 25),
    ("Asia/Tokyo", date(2026, 3, 8), 24),
]


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def operator() -> ApiClient:
    return ApiClient(Role.OPERATOR)


def midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def text(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat()


def of_span(client: ApiClient, first: date, last: date) -> dict[str, Any]:
    """The only agent's part of these days."""
    items = client.get(f"/costs/breakdown?group_by=agent&date_from={first}&date_to={last}").json()["items"]
    part: dict[str, Any] = items[0] if items else {"records": 0, "cost": "0"}
    return part


def summary(client: ApiClient, year: int, month: int) -> dict[str, Any]:
    response = client.post(f"/costs/summaries/{year}/{month}")
    assert response.status_code == 200, response.content
    document: dict[str, Any] = response.json()
    return document


def trend(client: ApiClient, year: int, month: int) -> str:
    items = client.get("/costs/trends?months=120").json()["items"]
    (found,) = [item for item in items if (item["year"], item["month"]) == (year, month)]
    return str(found["total_cost"])


@pytest.mark.parametrize("zone", ZONES)
def test_the_last_microsecond_of_a_month_and_the_first_of_the_next(
    operator: ApiClient, settings: Any, zone: str
) -> None:
    settings.TIME_ZONE = zone
    begin = midnight(date(2026, 10, 1), zone)
    last = spend(an_execution(), text(begin - MICROSECOND))
    first = spend(an_execution(), text(begin), OPUS)
    assert last.total_cost_usd != first.total_cost_usd
    for record, day in ((last, date(2026, 9, 30)), (first, date(2026, 10, 1))):
        month = (day.year, day.month)
        assert (record.year, record.month, record.day) == (*month, day.day)
        assert Decimal(of_span(operator, day, day)["cost"]) == record.total_cost_usd
        assert Decimal(summary(operator, *month)["total_cost_usd"]) == record.total_cost_usd
        assert Decimal(trend(operator, *month)) == record.total_cost_usd
        rows = operator.get(f"/costs/analysis?date_from={day}&date_to={day}").json()["items"]
        assert [row["date"] for row in rows] == [str(day)]
    both = of_span(operator, date(2026, 9, 1), date(2026, 10, 31))
    assert both["records"] == 2


@pytest.mark.parametrize(("zone", "day", "hours"), CHANGES)
def test_a_day_is_as_long_as_its_clock_says(
    operator: ApiClient, settings: Any, zone: str, day: date, hours: int
) -> None:
    """A record at the begin of each hour, from the one before the day to the one after it."""
    settings.TIME_ZONE = zone
    begin, execution = midnight(day, zone), an_execution()
    for hour in range(-1, hours + 1):
        spend(execution, text(begin + timedelta(hours=hour)))
    spend(execution, text(begin + timedelta(hours=hours) - MICROSECOND))
    assert of_span(operator, day, day)["records"] == hours + 1
    assert of_span(operator, day - timedelta(days=1), day - timedelta(days=1))["records"] == 1
    assert of_span(operator, day + timedelta(days=1), day + timedelta(days=1))["records"] == 1


def test_the_same_moment_is_another_day_elsewhere(operator: ApiClient, settings: Any) -> None:
    days = set()
    for zone in ZONES:
        settings.TIME_ZONE = zone
        record = spend(an_execution(), "2026-09-30T12:00" if zone == ZONES[1] else "2026-09-30T02:00")
        days.add((record.month, record.day))
    assert days == {(9, 30), (10, 1), (9, 29)}
