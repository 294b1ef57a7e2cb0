"""The console's lists lead to exports of what they show."""

import csv
from io import StringIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db.models import Model
from django.test import Client

from costs.models import CostRecord, DailyCost, MonthlyCostSummary
from costs.summaries import update_monthly_summary
from system.roles import Role
from tests.console import console_url, signed_in
from tests.costs.ledger import OPUS, a_small_ledger

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer() -> Client:
    a_small_ledger()
    update_monthly_summary(2026, 11)
    return signed_in(Role.VIEWER)


def links(viewer: Client, model: type[Model], query: str = "") -> list[str]:
    page = viewer.get(console_url(model, "changelist") + query)
    assert page.status_code == 200
    found = [link["url"] for link in page.context["exports"]]
    for url in found:
        assert url.replace("&", "&amp;") in page.content.decode()
    return found


def downloaded(viewer: Client, model: type[Model], query: str = "") -> list[dict[str, Any]]:
    """Through the first link, with the session's cookie alone."""
    response = viewer.get(links(viewer, model, query)[0])
    assert response.status_code == 200, response.content
    return list(csv.DictReader(StringIO(b"".join(response.streaming_content).decode(), newline="")))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("model", "kind", "rows"),
    [(CostRecord, "records", 5), (DailyCost, "days", 5), (MonthlyCostSummary, "months", 1)],
)
def test_each_list_has_both(viewer: Client, model: type[Model], kind: str, rows: int) -> None:
    paths = [urlsplit(url).path for url in links(viewer, model)]
    assert paths == ["/api/v1/costs/export.csv", "/api/v1/costs/export.jsonl"]
    assert parse_qs(urlsplit(links(viewer, model)[0]).query)["kind"] == [kind]
    assert len(downloaded(viewer, model)) == rows


@pytest.mark.parametrize(
    ("model", "query", "rows"),
    [
        (CostRecord, f"?model_used={OPUS}", 2),
        (CostRecord, f"?model_used={OPUS}&agent_type=disk-space&p=1", 1),
        (CostRecord, "?is_complete__exact=0", 0),
        (CostRecord, "?is_complete__exact=1", 5),
        (
            CostRecord,
            "?timestamp__gte=2026-11-21+00%3A00%3A00%2B00%3A00&timestamp__lt=2026-11-22+00%3A00%3A00%2B00%3A00",
            2,
        ),
        (DailyCost, f"?model_used={OPUS}&o=1", 2),
        (DailyCost, "?triggered_by__exact=webhook", 0),
        (DailyCost, "?day__gte=2026-11-20&day__lt=2026-11-21", 2),
        (MonthlyCostSummary, "?year=2026", 1),
    ],
)
def test_the_filters_of_the_list_stay(viewer: Client, model: type[Model], query: str, rows: int) -> None:
    page = viewer.get(console_url(model, "changelist") + query)
    shown = len(page.context["cl"].result_list)
    assert len(downloaded(viewer, model, query)) == shown == rows


def test_what_no_export_can_be_asked_has_no_link(viewer: Client) -> None:
    assert links(viewer, CostRecord, "?q=req_1") == []
    assert links(viewer, CostRecord, "?timestamp__isnull=True") == []
