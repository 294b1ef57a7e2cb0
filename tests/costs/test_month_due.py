"""What the job sums up: this month and the last, and each earlier one that its summary does not match."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from costs.models import MonthlyCostSummary
from costs.summaries import update_due_summaries
from tests.costs.ledger import spent

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)


def due(now: datetime = NOW) -> list[str]:
    return [str(row) for row in update_due_summaries(now)]


def test_this_month_and_the_last_even_of_nothing() -> None:
    assert due() == ["2026-10", "2026-11"]
    assert [row.total_cost_usd for row in MonthlyCostSummary.objects.all()] == [0, 0]


def test_every_month_that_has_no_summary() -> None:
    spent(date(2024, 2, 29))
    spent(date(2026, 9, 30))
    assert due() == ["2024-02", "2026-09", "2026-10", "2026-11"]
    assert due() == ["2026-10", "2026-11"]


def test_an_old_month_with_a_late_record() -> None:
    spent(date(2026, 5, 31))
    due()
    spent(date(2026, 5, 1), "0.000000000001")
    assert due() == ["2026-05", "2026-10", "2026-11"]
    assert MonthlyCostSummary.objects.get(month=5).total_cost_usd == Decimal("1.000000000001")


def test_a_month_to_come_waits() -> None:
    spent(date(2026, 12, 1))
    assert due() == ["2026-10", "2026-11"]
    assert due(datetime(2026, 12, 1, tzinfo=UTC)) == ["2026-11", "2026-12"]


def test_the_month_is_that_of_the_time_zone(settings: Any) -> None:
    moment = datetime(2026, 12, 31, 20, tzinfo=UTC)
    settings.TIME_ZONE = "Asia/Tokyo"
    assert due(moment) == ["2026-12", "2027-01"]
    settings.TIME_ZONE = "America/New_York"
    assert due(moment) == ["2026-11", "2026-12"]
