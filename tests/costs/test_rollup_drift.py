"""Daily sums that are not what their records add up to are found, told once, and corrected."""

from datetime import date

import pytest
from pytest_django import Settings

from costs.models import CostRecord, DailyCost
from costs.models.daily import AMOUNTS, COUNTS
from costs.rollups import repair_days, verify_days
from costs.verification import verify_recent_days
from system.models import Alert
from tests.costs.ledger import HAIKU, a_small_ledger, an_execution, at, daily_rows, spend, sql

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 11, 20), date(2026, 11, 22)
NIGHT = at("2026-11-23T00:20")


@pytest.fixture
def right() -> list[tuple[object, ...]]:
    a_small_ledger()
    return daily_rows()


def test_what_the_recording_adds_up_is_right(right: list[object]) -> None:
    assert len(right) == 5
    assert verify_days(FIRST, LAST) == []


@pytest.mark.parametrize("column", [*COUNTS, *AMOUNTS])
def test_drift_in_any_column(right: list[object], column: str) -> None:
    where = f"model_used = '{HAIKU}' AND day = '2026-11-20'"
    assert sql(f"UPDATE costs_dailycost SET {column} = {column} + 7 WHERE {where}") == 1
    (drift,) = verify_days(FIRST, LAST)
    assert drift.columns == [column]
    assert str(drift).startswith(f"2026-11-20 disk-space {HAIKU} localhost manual: {column} ")
    assert [str(each) for each in repair_days(FIRST, LAST)] == [str(drift)]
    assert daily_rows() == right
    assert repair_days(FIRST, LAST) == []


def test_a_missing_row(right: list[object]) -> None:
    assert sql("DELETE FROM costs_dailycost WHERE day = '2026-11-21'") == 2
    assert [str(drift).endswith("the row is missing") for drift in verify_days(FIRST, LAST)] == [True, True]
    repair_days(FIRST, LAST)
    assert daily_rows() == right


def test_a_row_that_no_record_stands_for(right: list[object]) -> None:
    DailyCost.objects.create(
        day=FIRST, agent_type="ghost", model_used=HAIKU, node_id="localhost", records=1, cost_usd="0.5"
    )
    (drift,) = verify_days(FIRST, LAST)
    assert str(drift) == f"2026-11-20 ghost {HAIKU} localhost manual: a row without any record"
    repair_days(FIRST, LAST)
    assert daily_rows() == right


def test_verifying_writes_nothing(right: list[object]) -> None:
    sql("UPDATE costs_dailycost SET records = records + 1")
    before = daily_rows()
    assert len(verify_days(FIRST, LAST)) == 5
    assert daily_rows() == before


def test_days_are_those_of_the_time_zone(settings: Settings) -> None:
    settings.TIME_ZONE = "America/New_York"
    execution = an_execution()
    spend(execution, "2026-11-01T03:59:59.999999")  # the last microsecond of October there
    spend(execution, "2026-11-01T04:00")
    spend(execution, "2026-11-02T04:59:59.999999")  # the day had 25 hours
    assert list(DailyCost.objects.order_by("day").values_list("day", "records")) == [
        (date(2026, 10, 31), 1),
        (date(2026, 11, 1), 2),
    ]
    assert verify_days(date(2026, 10, 30), date(2026, 11, 3)) == []


def test_the_night_tells_it_once_and_corrects_it(right: list[object]) -> None:
    sql("UPDATE costs_dailycost SET cost_usd = cost_usd + 1 WHERE day = '2026-11-20'")
    sql("UPDATE costs_dailycost SET records = 9 WHERE day = '2026-11-22'")
    assert verify_recent_days(NIGHT).startswith("3 daily sums of 2026-11-20 to 2026-11-23 were wrong")
    assert daily_rows() == right
    assert verify_recent_days(NIGHT) == "The sums of 2026-11-20 to 2026-11-23 are right."
    alerts = Alert.objects.filter(kind="ledger-drift").order_by("key")
    assert [alert.data for alert in alerts] == [
        {"day": "2026-11-20", "rows": 2},
        {"day": "2026-11-22", "rows": 1},
    ]
    assert "records 9 instead of 1" in alerts[1].detail


def test_the_same_drift_is_the_same_alert_and_another_is_another(right: list[object]) -> None:
    for records in (9, 9, 8):
        sql("UPDATE costs_dailycost SET records = %s WHERE day = '2026-11-22'", records)
        verify_recent_days(NIGHT)
    assert Alert.objects.filter(kind="ledger-drift").count() == 2


def test_the_night_leaves_older_days_alone(right: list[object]) -> None:
    sql("UPDATE costs_dailycost SET records = 9 WHERE day = '2026-11-20'")
    assert "are right" in verify_recent_days(at("2026-11-24T00:20"))
    assert len(verify_days(FIRST, LAST)) == 2


def test_a_day_without_anything_is_right() -> None:
    assert not CostRecord.objects.exists()
    assert verify_days(FIRST, LAST) == []
