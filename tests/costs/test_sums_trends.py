"""GET /costs/trends (row 33): the newest month first, months without costs too, late records at once."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from costs.models import DailyCost
from costs.schemas.sums import MonthCosts
from system.roles import Role
from tests.api_clients import ApiClient, fields_of
from tests.costs.ledger import an_execution, spend, spent

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer() -> ApiClient:
    return ApiClient(Role.VIEWER)


def trends(viewer: ApiClient, query: str = "") -> list[dict[str, Any]]:
    response = viewer.get(f"/costs/trends{query}")
    assert response.status_code == 200, response.content
    MonthCosts.model_validate_json(response.content)
    items: list[dict[str, Any]] = response.json()["items"]
    assert response.json()["count"] == len(items)
    return items


def first_of(back: int) -> date:
    today = timezone.localdate()
    months = today.year * 12 + today.month - 1 - back
    return date(months // 12, months % 12 + 1, 1)


def test_a_year_of_months_the_current_one_first(viewer: ApiClient) -> None:
    wanted = [first_of(back) for back in range(12)]
    items = trends(viewer)
    assert [(item["year"], item["month"]) for item in items] == [(day.year, day.month) for day in wanted]
    assert {item["total_cost"] for item in items} == {"0"}
    assert len(trends(viewer, "?months=120")) == 120


def test_a_month_is_the_sum_of_its_days(viewer: ApiClient) -> None:
    spent(first_of(0), "0.5")
    spent(first_of(1), "1", executions=2)
    spent(first_of(1).replace(day=28), "2.000000000001", unpriced=1)
    spent(first_of(2), "4")
    items = trends(viewer, "?months=2")
    assert [item["total_cost"] for item in items] == ["0.5", "3.000000000001"]
    assert items[1] == {
        "year": first_of(1).year, "month": first_of(1).month, "total_cost": "3.000000000001",
        "total_executions": 3, "avg_cost_per_execution": "1", "tokens": 20, "records": 4,
        "unpriced_records": 1,
    }  # fmt: skip


def test_a_late_record_in_an_old_month_shows_at_once(viewer: ApiClient) -> None:
    spent(first_of(7), "1")
    assert trends(viewer)[7]["total_cost"] == "1"
    late = spend(an_execution(), f"{first_of(7)}T12:00")
    assert late.total_cost_usd is not None
    assert Decimal(trends(viewer)[7]["total_cost"]) == 1 + late.total_cost_usd
    DailyCost.objects.update(cost_usd="3")
    assert trends(viewer)[7]["total_cost"] == "6"


def test_ten_years_cost_one_query(
    viewer: ApiClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    spend(an_execution(), timezone.now())
    trends(viewer)
    with django_assert_num_queries(1):
        viewer.get("/costs/trends?months=120")


@pytest.mark.parametrize("months", ["0", "121", "-12", "1.5", "x"])
def test_other_numbers_of_months_are_refused(viewer: ApiClient, months: str) -> None:
    response = viewer.get(f"/costs/trends?months={months}")
    assert response.status_code == 422
    assert fields_of(response) == ["months"]
