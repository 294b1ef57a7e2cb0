"""Months in the console: read by all, summed up anew by an operator's button."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from costs.models import DailyCost, DailyTotal, MonthlyCostSummary
from system.roles import Role
from tests.console import console_url, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def march() -> MonthlyCostSummary:
    DailyCost.objects.create(
        day=date(2026, 3, 10), agent_type="disk", model_used="m", node_id="attic", cost_usd="0.000000000003",
        triggered_by="schedule", trigger_source="nightly", executions=2, records=3, tokens_used=12_345,
        cache_saved_usd="-0.25", unpriced_records=77,
    )  # fmt: skip
    return MonthlyCostSummary.objects.create(year=2026, month=3)


def page(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def test_the_button_sums_up_anew(march: MonthlyCostSummary) -> None:
    operator = signed_in(Role.OPERATOR)
    there = console_url(MonthlyCostSummary, "change", march.pk)
    button = console_url(MonthlyCostSummary, "recompute", march.pk)
    assert button in page(operator, there)
    response = operator.post(button)
    assert (response.status_code, response["Location"]) == (302, there)
    assert "2026-03 is summed up anew" in page(operator, there)
    march.refresh_from_db()
    assert march.total_cost_usd == Decimal("0.000000000003")


def test_a_viewer_has_no_button(march: MonthlyCostSummary) -> None:
    viewer = signed_in(Role.VIEWER)
    button = console_url(MonthlyCostSummary, "recompute", march.pk)
    assert button not in page(viewer, console_url(MonthlyCostSummary, "change", march.pk))
    assert viewer.post(button).status_code == 403
    march.refresh_from_db()
    assert march.total_cost_usd == 0


def test_what_cannot_be_summed_up_is_said(march: MonthlyCostSummary) -> None:
    operator = signed_in(Role.OPERATOR)
    later = MonthlyCostSummary.objects.create(year=9000, month=1)
    response = operator.post(console_url(MonthlyCostSummary, "recompute", later.pk))
    assert "9000-01 has not begun yet." in page(operator, response["Location"])


@pytest.mark.parametrize("method", ["get", "head", "put", "delete"])
def test_only_a_post_does_anything(march: MonthlyCostSummary, method: str) -> None:
    admin = signed_in(Role.ADMIN)
    button = console_url(MonthlyCostSummary, "recompute", march.pk)
    assert getattr(admin, method)(button).status_code == 405


@pytest.mark.usefixtures("march")
def test_days_show_what_they_cost_and_what_launched_them() -> None:
    viewer = signed_in(Role.VIEWER)
    days = page(viewer, console_url(DailyCost, "changelist"))
    totals = page(viewer, console_url(DailyTotal, "changelist"))
    for shown in ("$0.000000000003", "12,345", "-$0.25", "77 unpriced"):
        assert shown in days, shown
        assert shown in totals, shown
    assert "schedule nightly" in days
