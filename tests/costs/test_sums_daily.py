"""GET /costs/daily (row 38): ascending, today last, a day without costs is there too."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from costs.schemas.sums import DayCosts
from system.roles import Role
from tests.api_clients import ApiClient, fields_of
from tests.costs.ledger import spent

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer() -> ApiClient:
    return ApiClient(Role.VIEWER)


def daily(viewer: ApiClient, query: str = "") -> list[dict[str, Any]]:
    response = viewer.get(f"/costs/daily{query}")
    assert response.status_code == 200, response.content
    DayCosts.model_validate_json(response.content)
    document = response.json()
    assert document["count"] == len(document["items"])
    items: list[dict[str, Any]] = document["items"]
    return items


def test_thirty_days_up_to_today(viewer: ApiClient) -> None:
    today = timezone.localdate()
    items = daily(viewer)
    assert [item["date"] for item in items] == [
        str(today - timedelta(days=back)) for back in range(29, -1, -1)
    ]
    assert items[0] == {
        "date": str(today - timedelta(days=29)), "total_cost": "0", "execution_count": 0,
        "avg_cost_per_execution": "0", "tokens": 0, "records": 0, "unpriced_records": 0,
    }  # fmt: skip


def test_a_day_is_the_sum_of_its_rows(viewer: ApiClient) -> None:
    today = timezone.localdate()
    spent(today, "1.000000000001", executions=2)
    spent(today, "2", agent="b", unpriced=1)
    spent(today - timedelta(days=2), "4")
    spent(today - timedelta(days=3), "8")
    items = daily(viewer, "?days=3")
    assert [item["total_cost"] for item in items] == ["4", "0", "3.000000000001"]
    assert items[2] | {"date": ""} == {
        "date": "", "total_cost": "3.000000000001", "execution_count": 3,
        "avg_cost_per_execution": "1", "tokens": 20, "records": 4, "unpriced_records": 1,
    }  # fmt: skip


def test_today_is_today_in_the_time_zone(viewer: ApiClient, settings: Any) -> None:
    days = []
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):  # 25 hours apart: never the same day
        settings.TIME_ZONE = zone
        days.append(daily(viewer, "?days=1")[0]["date"])
        assert days[-1] == str(timezone.localdate())
    assert days[0] > days[1]


def test_a_year_costs_one_query(viewer: ApiClient, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    assert len(daily(viewer, "?days=366")) == 366
    with django_assert_num_queries(1):
        viewer.get("/costs/daily?days=366")


@pytest.mark.parametrize("days", ["0", "367", "-1", "1.5", "x", "", "99999999999999999999"])
def test_other_numbers_of_days_are_refused(viewer: ApiClient, days: str) -> None:
    response = viewer.get(f"/costs/daily?days={days}")
    assert response.status_code == 422
    assert fields_of(response) == ["days"]
