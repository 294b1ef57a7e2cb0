"""DailyTotal is what the rows of DailyCost add up to, whoever writes them and however; on both engines."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F

from costs.models import DailyCost, DailyTotal
from costs.models.daily import AMOUNTS, COUNTS
from costs.querysets import sums_of
from system.money import usd
from tests.costs.ledger import a_small_ledger, an_execution, spend, sql
from tests.faults.home import Home

COLUMNS = (*COUNTS, *AMOUNTS)
DAY, LATER = date(2026, 11, 20), date(2026, 12, 1)


def totals() -> dict[date, dict[str, Any]]:
    rows = DailyTotal.objects.values("day", *COLUMNS)
    found = {row.pop("day"): row for row in rows}
    return {day: row for day, row in found.items() if any(row.values())}


def added_up() -> dict[date, dict[str, Any]]:
    rows = DailyCost.objects.values("day").annotate(**sums_of(*COLUMNS))
    return {row.pop("day"): row for row in rows}  # type: ignore[misc]


def a_row(number: int, day: date = DAY) -> DailyCost:
    counts = {name: 3 + place + number for place, name in enumerate(COUNTS)}
    amounts = {name: Decimal(f"0.00000000000{place + 1}") for place, name in enumerate(AMOUNTS)}
    return DailyCost(day=day, agent_type=f"a{number}", model_used="m", node_id="n", **counts, **amounts)


def changes_of(day: date) -> int:
    return DailyTotal.objects.get(day=day).changes


def test_totals_follow_every_way_of_writing(any_home: Home) -> None:
    def must_hold(seen: int) -> int:
        assert totals() == added_up()
        now = changes_of(DAY)
        assert now > seen
        return now

    a_small_ledger()
    assert sorted(totals()) == [date(2026, 11, day) for day in (20, 21, 22)]
    seen = must_hold(0)
    DailyCost.objects.bulk_create(a_row(number) for number in range(5))
    seen = must_hold(seen)
    DailyCost.objects.filter(agent_type="a1").update(cost_usd=F("cost_usd") + usd("7"), records=0)
    seen = must_hold(seen)
    DailyCost.objects.filter(agent_type__in=["a1", "a2"]).update(day=LATER)  # to a day that has no row yet
    seen = must_hold(seen)
    DailyCost.objects.filter(agent_type="a3").update(day=date(2026, 11, 21))
    seen = must_hold(seen)
    assert sql("UPDATE costs_dailycost SET cost_usd = 5, tokens_used = 6 WHERE day = '2026-11-20'") > 1
    seen = must_hold(seen)
    DailyCost.objects.filter(agent_type="a4").delete()
    seen = must_hold(seen)
    spend(an_execution(), "2026-11-20T12:00")
    seen = must_hold(seen)
    assert sql("DELETE FROM costs_dailycost") > 1
    must_hold(seen)
    assert totals() == {}


def test_what_is_taken_back_was_never_added(any_home: Home) -> None:
    a_small_ledger()
    before = totals()
    with transaction.atomic():
        spend(an_execution(), "2026-11-20T12:00")
        assert totals() != before
        transaction.set_rollback(True)
    assert totals() == before
