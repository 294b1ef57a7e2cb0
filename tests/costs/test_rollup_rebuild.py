"""manage.py rebuild_rollups and verify_rollups: the daily sums made anew from the records, exactly."""

from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from costs.models import CostRecord, DailyCost, MonthlyCostSummary
from costs.rollups import verify_days
from tests.costs.ledger import a_small_ledger, an_execution, daily_rows, spend, sql

pytestmark = pytest.mark.django_db


def said(command: str, *arguments: str) -> str:
    out = StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


def test_all_sums_are_made_anew() -> None:
    a_small_ledger()
    right = daily_rows()
    sql("DELETE FROM costs_dailycost")
    text = said("rebuild_rollups")
    assert text == "2026-11-20 to 2026-11-22: 5 daily sums corrected, 0 records dated anew.\n"
    assert daily_rows() == right
    assert "0 daily sums corrected" in said("rebuild_rollups")


def test_only_the_days_that_are_named() -> None:
    a_small_ledger()
    sql("UPDATE costs_dailycost SET records = records + 1")
    assert "2 daily sums corrected" in said("rebuild_rollups", "--from", "2026-11-21", "--to", "2026-11-21")
    wrong = {drift.day for drift in verify_days(date(2026, 11, 20), date(2026, 11, 22))}
    assert wrong == {date(2026, 11, 20), date(2026, 11, 22)}


def test_months_follow() -> None:
    a_small_ledger()
    sql("UPDATE costs_dailycost SET cost_usd = cost_usd + 1, records = 5")
    said("rebuild_rollups")
    month = MonthlyCostSummary.objects.get(year=2026, month=11)
    assert month.total_cost_usd == sum(day.cost_usd for day in DailyCost.objects.all())


def test_another_time_zone_dates_everything_anew(settings: Settings) -> None:
    spend(an_execution(), "2026-11-01T00:30")
    spend(an_execution(), "2026-12-01T03:00")
    settings.TIME_ZONE = "America/New_York"
    assert "2 records dated anew" in said("rebuild_rollups", "--all")
    assert [str(row[0]) for row in daily_rows()] == ["2026-10-31", "2026-11-30"]
    dates = CostRecord.objects.order_by("pk").values_list("year", "month", "day")
    assert list(dates) == [(2026, 10, 31), (2026, 11, 30)]


def test_sums_whose_records_are_gone_stay_unless_all_is_asked_for() -> None:
    a_small_ledger()
    sql("DELETE FROM costs_costrecord WHERE day < 21")
    before = daily_rows()
    assert "0 daily sums corrected" in said("rebuild_rollups")
    assert daily_rows() == before
    assert "2 daily sums corrected" in said("rebuild_rollups", "--all")
    assert [str(row[0]) for row in daily_rows()] == ["2026-11-21", "2026-11-21", "2026-11-22"]


def test_verify_says_what_differs_and_fails() -> None:
    a_small_ledger()
    assert said("verify_rollups") == "The sums of 2026-11-20 to 2026-11-22 are right.\n"
    sql("UPDATE costs_dailycost SET records = 9 WHERE day = '2026-11-22'")
    before = daily_rows()
    out = StringIO()
    with pytest.raises(CommandError, match="1 daily sums differ") as refusal:
        call_command("verify_rollups", stdout=out)
    assert refusal.value.returncode == 1
    assert (
        "2026-11-22 log-analyzer claude-opus-4-8 localhost manual: records 9 instead of 1" in out.getvalue()
    )
    assert daily_rows() == before


@pytest.mark.parametrize("command", ["rebuild_rollups", "verify_rollups"])
def test_nothing_recorded_is_no_error(command: str) -> None:
    assert said(command) == "Nothing has been recorded yet.\n"


@pytest.mark.parametrize("command", ["rebuild_rollups", "verify_rollups", "reprice"])
@pytest.mark.parametrize(
    ("first", "last", "why"),
    [
        ("2026-11-31", "2026-12-01", "'2026-11-31' is no day such as 2026-11-23"),
        ("2026-11-22", "9999-12-31", "'9999-12-31' is not in the years 2000 to 2199"),
        ("yesterday", "2026-12-01", "'yesterday' is no day"),
        ("2026-11-22", "2026-11-21", "There is no day from 2026-11-22 to 2026-11-21."),
    ],
)
def test_bad_days_are_named(command: str, first: str, last: str, why: str) -> None:
    a_small_ledger()
    with pytest.raises(CommandError, match=why):
        call_command(command, "--from", first, "--to", last)


def test_a_cut_off_rebuild_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    a_small_ledger()
    right = daily_rows()
    sql("DELETE FROM costs_dailycost")
    writes: list[Any] = []
    create = DailyCost.objects.update_or_create

    def failing(**fields: Any) -> Any:
        writes.append(fields)
        if len(writes) == 4:
            raise KeyboardInterrupt
        return create(**fields)

    monkeypatch.setattr(DailyCost.objects, "update_or_create", failing)
    with pytest.raises(KeyboardInterrupt):
        said("rebuild_rollups")
    monkeypatch.undo()
    assert DailyCost.objects.count() == 2, "whole days only"
    said("rebuild_rollups")
    assert daily_rows() == right
