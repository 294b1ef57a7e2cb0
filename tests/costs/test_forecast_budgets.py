"""On which day a month's budget is used up, if the month goes on as forecast."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from pytest_django import Settings

from costs.budget_outlook import outlooks
from costs.forecast import forecast_month
from costs.models import Budget
from tests.costs.past_runs import a_run

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 11, tzinfo=UTC)


def passes_on(usd: str) -> date | None:
    """10 USD are spent by 11 June, and 20 more are foreseen."""
    Budget.objects.create(name="month", amount_usd=Decimal(usd))
    for days in range(1, 29):
        a_run("chat", NOW - timedelta(days=days), "1")
    (outlook,) = outlooks(forecast_month(NOW, []))
    return outlook.passes_on


@pytest.mark.parametrize(
    ("usd", "day"),
    [
        ("20.5", date(2026, 6, 21)),
        ("10.000001", date(2026, 6, 11)),
        ("30", date(2026, 6, 30)),
        ("30.000001", None),
        ("10", date(2026, 6, 10)),
        ("3.5", date(2026, 6, 4)),
        ("0", date(2026, 6, 1)),
    ],
)
def test_the_day_on_which_it_is_used_up(usd: str, day: date | None) -> None:
    assert passes_on(usd) == day


def test_the_day_is_that_of_the_time_zone(settings: Settings) -> None:
    settings.TIME_ZONE = "Asia/Tokyo"
    Budget.objects.create(name="month", amount_usd=Decimal(7))
    a_run("chat", datetime(2026, 6, 4, 15, 30, tzinfo=UTC), "8")  # 5 June there
    (outlook,) = outlooks(forecast_month(NOW, []))
    assert outlook.passes_on == date(2026, 6, 5)
