"""A forecast made in mid-month, against what the month had come to when it was over."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from costs.forecast import Planned, forecast_month
from costs.models import DailyCost
from tests.costs.past_runs import a_run

pytestmark = pytest.mark.django_db

BEGIN = datetime(2026, 5, 10, tzinfo=UTC)
END = datetime(2026, 7, 1, tzinfo=UTC)
NOISE = (0, 13, -8, 5, -15, 9, -3, 11, -12, 2, 7, -6, 15, -10, -9, 1)  # percent; about 0 in sum


def steps(hours: int) -> Iterator[tuple[int, datetime]]:
    return enumerate(BEGIN + timedelta(hours=number) for number in range(0, 52 * 24, hours))


def live_through(since: datetime, until: datetime) -> None:
    """Every 6 hours a schedule's run, some 0.40 USD; every 12 a person's, some 0.15, none at weekends."""
    for number, at in steps(6):
        if since <= at < until:
            a_run("backup", at, noisy("0.40", number), source="nightly")
    for number, at in steps(12):
        if since <= at < until and at.weekday() < 5:
            a_run("chat", at, noisy("0.15", number * 3))


def noisy(usd: str, number: int) -> Decimal:
    return Decimal(usd) * (100 + NOISE[number % len(NOISE)]) / 100


@pytest.mark.parametrize("day", [2, 10, 16, 25])
def test_a_steady_month_ends_near_its_forecast_and_inside_its_range(day: int) -> None:
    now = datetime(2026, 6, day, 9, 30, tzinfo=UTC)
    live_through(BEGIN, now)
    runs = sum(1 for _, at in steps(6) if now < at < END)
    found = forecast_month(now, [Planned("nightly", "Nightly", "backup", runs)])
    live_through(now, END)
    truth = sum(DailyCost.objects.filter(day__month=6).values_list("cost_usd", flat=True), Decimal(0))
    assert abs(found.total - truth) <= truth / 10
    assert found.low <= truth <= found.high
