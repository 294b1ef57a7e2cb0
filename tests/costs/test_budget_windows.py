"""Days, weeks and months of the configured zone: where each begins, ends, and what falls into it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from costs.budgets.usage import states_of
from costs.budgets.windows import window_of
from tests.costs.budgeting import MODEL, a_budget, a_run, reserve, spend, usage_of

TOKYO, CHATHAM, NEW_YORK, KYIV = "Asia/Tokyo", "Pacific/Chatham", "America/New_York", "Europe/Kyiv"
# Zone, period, a moment, the window's start and its end; all in UTC.
WINDOWS = [
    (TOKYO, "month", "2026-10-31T14:59:59.999999", "2026-09-30T15:00", "2026-10-31T15:00"),
    (TOKYO, "month", "2026-10-31T15:00:00", "2026-10-31T15:00", "2026-11-30T15:00"),
    (TOKYO, "day", "2026-11-23T02:00:00", "2026-11-22T15:00", "2026-11-23T15:00"),
    (CHATHAM, "month", "2026-10-31T10:14:59.999999", "2026-09-30T10:15", "2026-10-31T10:15"),
    (CHATHAM, "month", "2026-09-30T10:14:59", "2026-08-31T11:15", "2026-09-30T10:15"),
    (CHATHAM, "month", "2026-10-31T10:15:00", "2026-10-31T10:15", "2026-11-30T10:15"),
    (NEW_YORK, "month", "2026-11-01T03:59:59.999999", "2026-10-01T04:00", "2026-11-01T04:00"),
    (NEW_YORK, "month", "2026-11-01T04:00:00", "2026-11-01T04:00", "2026-12-01T05:00"),
    (NEW_YORK, "day", "2026-11-01T12:00:00", "2026-11-01T04:00", "2026-11-02T05:00"),  # 25 hours
    (NEW_YORK, "day", "2026-03-08T12:00:00", "2026-03-08T05:00", "2026-03-09T04:00"),  # 23 hours
    (NEW_YORK, "week", "2026-11-01T12:00:00", "2026-10-26T04:00", "2026-11-02T05:00"),
    (KYIV, "month", "2026-12-31T21:59:59.999999", "2026-11-30T22:00", "2026-12-31T22:00"),
    ("UTC", "week", "2026-11-23T00:00:00", "2026-11-23T00:00", "2026-11-30T00:00"),
    ("UTC", "week", "2026-11-22T23:59:59.999999", "2026-11-16T00:00", "2026-11-23T00:00"),
    ("UTC", "month", "2028-02-29T12:00:00", "2028-02-01T00:00", "2028-03-01T00:00"),
    ("Africa/Cairo", "day", "2026-04-24T12:00:00", "2026-04-23T22:00", "2026-04-24T21:00"),  # no midnight
]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(("zone", "period", "at", "start", "end"), WINDOWS)
def test_a_window_is_of_the_zones_own_calendar(
    settings: Settings, zone: str, period: str, at: str, start: str, end: str
) -> None:
    settings.TIME_ZONE = zone
    window = window_of(period, utc(at))
    assert window is not None
    assert (window.start, window.resets_at) == (utc(start), utc(end))
    assert window.start.tzinfo is not None


def test_a_budget_of_each_execution_has_none() -> None:
    assert window_of("execution", timezone.now()) is None


@pytest.mark.django_db
@pytest.mark.parametrize("zone", [TOKYO, CHATHAM, NEW_YORK, "UTC"])
@pytest.mark.parametrize("period", ["day", "month"])
def test_it_resets_at_midnight_there_and_not_hours_late(settings: Settings, zone: str, period: str) -> None:
    """As others' did: litellm#34896."""
    settings.TIME_ZONE = zone
    budget = a_budget(period=period)
    window = window_of(period, utc("2026-10-31T18:00:00"))
    assert window is not None
    last = window.resets_at - timedelta(microseconds=1)
    spend(a_run(), 2, at=last)
    assert usage_of(budget, last).spent_usd == Decimal(2)
    assert usage_of(budget, window.resets_at).spent_usd == 0
    spend(a_run(), 1, at=window.resets_at)
    assert usage_of(budget, last).spent_usd == Decimal(2)
    assert usage_of(budget, window.resets_at).spent_usd == Decimal(1)


@pytest.mark.django_db
def test_many_of_all_kinds_are_added_up_by_one_query_and_each_as_it_is_alone() -> None:
    now = timezone.now()
    for number in range(3):
        run = a_run(f"agent-{number}", node_id=f"n{number}", trigger_source=f"s{number}")
        spend(run, number + 1)
        reserve(run, "0.25", tokens=7)
    kinds = [("agent", "agent-{}"), ("node", "n{}"), ("schedule", "s{}"), ("model", MODEL), ("all", "")]
    budgets = [
        a_budget(f"{scope}-{period}-{number}", scope=scope, scope_value=value.format(number), period=period)
        for scope, value in kinds
        for period in ("day", "week", "month")
        for number in range(3)
    ]
    with CaptureQueriesContext(connection) as queries:
        states_of([budget for budget in budgets if budget.scope != "model"], now)
    assert len(queries) == 1
    together = states_of(budgets, now)
    assert [state.usage for state in together] == [usage_of(budget, now) for budget in budgets]
    spent = {state.budget.name: state.usage for state in together}
    for scope in ("agent", "node", "schedule"):
        for number in range(3):
            usage = spent[f"{scope}-month-{number}"]
            assert usage is not None
            assert (usage.spent_usd, usage.reserved_usd, usage.runs) == (number + 1, Decimal("0.25"), 1)
