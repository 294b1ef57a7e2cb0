"""/costs/summaries: months as they were last summed up; an operator has one summed up now."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from costs.models import DailyCost, MonthlyCostSummary
from costs.schemas.sums import SummaryList, SummaryOut
from system.roles import Role
from tests.api_clients import ApiClient, fields_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer() -> ApiClient:
    return ApiClient(Role.VIEWER)


@pytest.fixture
def operator() -> ApiClient:
    return ApiClient(Role.OPERATOR)


def test_summed_up_and_read(operator: ApiClient, viewer: ApiClient) -> None:
    DailyCost.objects.create(
        day=date(2026, 3, 10), agent_type="disk", model_used="m", node_id="n", cost_usd="0.000000000003",
        executions=2, records=3, tokens_used=5,
    )  # fmt: skip
    written = operator.post("/costs/summaries/2026/3")
    assert written.status_code == 200, written.content
    SummaryOut.model_validate_json(written.content)
    document = written.json()
    assert document.pop("last_updated").endswith("Z")
    assert document == {
        "year": 2026, "month": 3, "total_cost_usd": "0.000000000003", "total_executions": 2,
        "total_tokens": 5, "avg_cost_per_execution": "0.000000000002", "avg_tokens_per_execution": 2.5,
        "cost_by_agent_type": {"disk": "0.000000000003"},
    }  # fmt: skip
    assert viewer.get("/costs/summaries/2026/3").content == written.content


def test_a_list_the_newest_first(viewer: ApiClient) -> None:
    for year, month in ((2025, 12), (2026, 1), (2026, 2)):
        MonthlyCostSummary.objects.create(year=year, month=month)
    response = viewer.get("/costs/summaries?limit=2")
    SummaryList.model_validate_json(response.content)
    items = response.json()["items"]
    assert [(item["year"], item["month"]) for item in items] == [(2026, 2), (2026, 1)]
    assert response.json()["count"] == 3
    of_year = viewer.get("/costs/summaries?year=2025").json()
    assert ([item["month"] for item in of_year["items"]], of_year["count"]) == ([12], 1)


def test_a_month_that_was_not_summed_up_is_a_404(viewer: ApiClient) -> None:
    assert viewer.get("/costs/summaries/2026/3").status_code == 404


@pytest.mark.parametrize(
    ("month", "field"),
    [
        ("2026/13", "month"), ("2026/0", "month"), ("2026/-1", "month"), ("2026/march", "month"),
        ("0/1", "year"), ("10000/1", "year"), ("9999/12", "year"), ("99999999999999999999/1", "year"),
    ],
)  # fmt: skip
def test_no_such_month(operator: ApiClient, month: str, field: str) -> None:
    for method in ("GET", "POST"):
        response = operator.call(method, f"/costs/summaries/{month}")
        assert response.status_code == 422, response.content
        assert fields_of(response) == [field]
    assert not MonthlyCostSummary.objects.exists()


def test_a_month_to_come_is_refused(operator: ApiClient) -> None:
    later = timezone.localdate() + timedelta(days=40)
    response = operator.post(f"/costs/summaries/{later.year}/{later.month}")
    assert response.status_code == 422
    assert fields_of(response) == ["month"]
    assert not MonthlyCostSummary.objects.exists()


def test_a_viewer_only_reads(viewer: ApiClient) -> None:
    assert viewer.post("/costs/summaries/2026/3").status_code == 403
    assert not MonthlyCostSummary.objects.exists()


@pytest.mark.parametrize(
    "path",
    [
        "current-month",
        "daily",
        "trends",
        "breakdown?group_by=agent",
        "analysis",
        "summaries",
        "summaries/2026/3",
    ],
)
def test_nobody_reads_nothing(path: str) -> None:
    assert ApiClient(None).get(f"/costs/{path}").status_code == 401
