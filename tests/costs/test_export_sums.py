"""Exports of sums by day and by month: exact, and of the days and months that begin in the range."""

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum
from django.test import override_settings

from costs.models import CostRecord, DailyCost
from system.roles import Role
from tests.api_clients import ApiClient, fields_of
from tests.costs.ledger import OPUS, UNKNOWN, a_small_ledger, an_execution, spend

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer() -> ApiClient:
    return ApiClient(Role.VIEWER)


def exported(viewer: ApiClient, query: str) -> list[dict[str, Any]]:
    response = viewer.get(f"/costs/export.jsonl?{query}")
    assert response.status_code == 200, response.content
    return [json.loads(line) for line in b"".join(response.streaming_content).splitlines()]


def test_a_day_is_a_row_for_each_agent_and_model(viewer: ApiClient) -> None:
    a_small_ledger()
    rows = exported(viewer, "kind=days")
    assert [(row["day"], row["agent_type"], row["model_used"]) for row in rows] == [
        ("2026-11-20", "disk-space", "claude-haiku-5-5"),
        ("2026-11-20", "disk-space", OPUS),
        ("2026-11-21", "log-analyzer", "claude-haiku-5-5"),
        ("2026-11-21", "log-analyzer", UNKNOWN),
        ("2026-11-22", "log-analyzer", OPUS),
    ]
    assert sum(row["executions"] for row in rows) == 2
    assert [row["unpriced_records"] for row in rows] == [0, 0, 0, 1, 0]
    assert rows[0]["tokens_used"] == 6000


def test_records_days_and_months_have_the_same_sum(viewer: ApiClient) -> None:
    execution = an_execution()
    for month in (9, 10, 11):
        for day in (1, 15, 30):
            spend(execution, f"2026-{month:02}-{day:02}T23:59:59.999999", OPUS)
    total = CostRecord.objects.aggregate(all=Sum("total_cost_usd"))["all"]
    for kind, column in (("records", "total_cost_usd"), ("days", "cost_usd"), ("months", "cost_usd")):
        assert sum(Decimal(row[column]) for row in exported(viewer, f"kind={kind}")) == total > 0
    months = exported(viewer, "kind=months")
    assert [row["month"] for row in months] == ["2026-09", "2026-10", "2026-11"]
    assert [row["executions"] for row in months] == [1, 0, 0]
    assert months[0]["records"] == 3


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ("date_from=2026-11-21", ["2026-11-21", "2026-11-22"]),
        ("date_from=2026-11-20T11:00:00Z&date_to=2026-11-21", ["2026-11-21"]),
        ("date_to=2026-11-20T11:00:00Z", ["2026-11-20"]),
        ("date_to=2026-11-20T13:00:00Z", ["2026-11-20", "2026-11-21"]),
        ("date_from=2026-11-20T13:00:00Z&date_to=2026-11-22T13:00:00Z", ["2026-11-22"]),
    ],
)
@override_settings(TIME_ZONE="Pacific/Kwajalein")  # twelve hours before UTC
def test_days_that_begin_in_the_range(viewer: ApiClient, query: str, days: list[str]) -> None:
    execution = an_execution()
    for day in (20, 21, 22):
        spend(execution, f"2026-11-{day}T00:00")  # noon there
    assert [row["day"] for row in exported(viewer, f"kind=days&{query}")] == days


def test_months_that_begin_in_the_range(viewer: ApiClient) -> None:
    execution = an_execution()
    for month in (9, 10, 11):
        spend(execution, f"2026-{month:02}-10T00:00")

    def months(query: str) -> list[str]:
        return [row["month"] for row in exported(viewer, f"kind=months&{query}")]

    assert months("date_from=2026-10-01") == ["2026-10", "2026-11"]
    assert months("date_from=2026-10-02") == ["2026-11"]
    assert months("date_to=2026-09-30") == ["2026-09"]
    assert months("date_to=2026-10-01") == ["2026-09", "2026-10"]
    assert months(f"model={OPUS}") == []


def test_what_sums_do_not_know_they_cannot_be_asked(viewer: ApiClient) -> None:
    for kind in ("days", "months"):
        for name, value in (
            ("execution_id", "01890000-0000-7000-8000-000000000000"),
            ("unpriced", "false"),
            ("is_complete", "true"),
        ):
            response = viewer.get(f"/costs/export.csv?kind={kind}&{name}={value}")
            assert (response.status_code, fields_of(response)) == (422, [name])


def test_more_days_than_a_page_come_once_each(viewer: ApiClient) -> None:
    days = [date(2020, 1, 1) + timedelta(days=number // 3) for number in range(2400)]
    DailyCost.objects.bulk_create(
        DailyCost(day=day, agent_type=f"a{number}", model_used="m", node_id="n", records=1)
        for number, day in enumerate(days)
    )
    rows = exported(viewer, "kind=days")
    assert [row["day"] for row in rows] == [str(day) for day in days]
    assert len({row["agent_type"] for row in rows}) == 2400
