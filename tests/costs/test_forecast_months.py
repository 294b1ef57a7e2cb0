"""The edges of a month: its first hour, its last day, a change of clocks, February."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from pytest_django import Settings

from costs.forecast import forecast_month
from costs.months import month_of
from tests.costs.past_runs import a_run

NEW_YORK, TOKYO, BEIRUT = "America/New_York", "Asia/Tokyo", "Asia/Beirut"


def days_left(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> Decimal:
    now = datetime(year, month, day, hour, minute, tzinfo=UTC)
    return month_of(now).days_left(now)


@pytest.mark.parametrize(
    ("moment", "left"),
    [
        ((2026, 6, 1, 0), "30"),
        ((2026, 6, 30, 18), "0.25"),
        ((2028, 2, 1, 0), "29"),
        ((2027, 2, 28, 12), "0.5"),
        ((2026, 12, 31, 23, 59), "0.0006944444444444444444444444444"),
    ],
)
def test_days_left(moment: tuple[int, ...], left: str) -> None:
    assert days_left(*moment) == Decimal(left)


def test_a_day_of_23_hours_is_one_day(settings: Settings) -> None:
    settings.TIME_ZONE = NEW_YORK
    assert days_left(2026, 3, 8, 5) == 24  # midnight of the day of the change, and of 23 more
    assert days_left(2026, 3, 8, 16, 30) == Decimal("23.5")  # 12:30 there: 11.5 of 23 hours


def test_a_day_without_midnight(settings: Settings) -> None:
    settings.TIME_ZONE = BEIRUT
    assert days_left(2026, 3, 28, 22) == 3  # 29 March begins at 01:00 there
    assert days_left(2026, 3, 28, 21, 59) > 3


def test_the_month_is_that_of_the_time_zone(settings: Settings) -> None:
    settings.TIME_ZONE = TOKYO
    month = month_of(datetime(2026, 5, 31, 15, tzinfo=UTC))
    assert (month.first_day.month, month.end) == (6, datetime(2026, 6, 30, 15, tzinfo=UTC))


@pytest.mark.django_db
def test_in_the_first_hour_it_rests_on_the_month_before() -> None:
    now = datetime(2026, 7, 1, 0, 30, tzinfo=UTC)
    for day in range(1, 29):
        a_run("chat", now - timedelta(days=day), "0.5")
    found = forecast_month(now, [])
    assert (found.spent, found.parts[-1].spread.count) == (0, 28)
    assert found.total == Decimal("15.489583")  # 0.5 × (31 − 1/48)


@pytest.mark.django_db
def test_in_the_last_minute_it_is_what_was_spent() -> None:
    now = datetime(2026, 6, 30, 23, 59, 59, tzinfo=UTC)
    for day in range(1, 29):
        a_run("chat", now - timedelta(days=day), "1")
    found = forecast_month(now, [])
    assert (found.spent, found.total) == (28, Decimal("28.000012"))


@pytest.mark.django_db
def test_what_was_spent_before_the_zones_month_is_not_of_it(settings: Settings) -> None:
    settings.TIME_ZONE = TOKYO
    a_run("chat", datetime(2026, 5, 31, 14, 59, 59, 999_999, tzinfo=UTC), "1")
    a_run("chat", datetime(2026, 5, 31, 15, tzinfo=UTC), "2")
    assert forecast_month(datetime(2026, 6, 10, tzinfo=UTC), []).spent == 2
