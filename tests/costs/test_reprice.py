"""manage.py reprice: on purpose, shown before it is written, exact, and the same when it is repeated."""

from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from costs import repricing
from costs.models import CostRecord, DailyCost, ModelPrice, MonthlyCostSummary
from costs.price_book import current_prices, ensure_prices
from costs.repricing import Repricing, reprice
from costs.rollups import verify_days
from executions.models import DailyExecutions, Execution, ExecutionEvent
from tests.costs.ledger import (
    HAIKU,
    OPUS,
    UNKNOWN,
    USAGE,
    a_small_ledger,
    an_execution,
    at,
    end,
    everything,
    spend,
    sql,
)

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 11, 20), date(2026, 11, 22)
DAYS = ("--from", "2026-11-20", "--to", "2026-11-22")
RATES = {"input": 1, "output": 10, "w5": 2, "w1": 3, "read": "0.1"}
# USAGE at these rates: 1,200 + 3,000 + 1,000 + 400 millionths.
AT_THESE = Decimal("0.0056")


@pytest.fixture(autouse=True)
def prices() -> None:
    ensure_prices()


def a_price(model: str, since: str = "2026-01-01", **more: Any) -> ModelPrice:
    return ModelPrice.objects.create(model=model, valid_from=at(since), **{**RATES, **more})


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("reprice", *DAYS, *arguments, stdout=out, stderr=out)
    return out.getvalue()


def costs(model: str) -> list[Decimal | None]:
    rows = CostRecord.objects.filter(model_used=model).order_by("pk")
    return list(rows.values_list("total_cost_usd", flat=True))


def require_sums_to_follow() -> None:
    """Records → days, executions and their days, in one: nothing is left behind."""
    assert verify_days(FIRST, LAST) == []
    for execution in Execution.objects.all():
        known = [record.total_cost_usd for record in execution.cost_records.all()]
        priced = [cost for cost in known if cost is not None]
        assert execution.cost_usd == (sum(priced) if priced else None)
    ended = Execution.objects.filter(completed_at__isnull=False)
    days = sum(row.cost_usd for row in DailyExecutions.objects.all())
    assert days == sum(execution.cost_usd or 0 for execution in ended)


def test_a_new_price_changes_nothing_that_was_recorded() -> None:
    a_small_ledger()
    before = everything()
    a_price(HAIKU)
    after = everything()
    assert {name for name in before if before[name] != after[name]} == {"ModelPrice"}


def test_a_dry_run_shows_the_difference_and_writes_nothing() -> None:
    a_small_ledger()
    a_price(HAIKU)
    a_price(UNKNOWN)
    before = everything()
    was = sum(cost or 0 for cost in costs(HAIKU))
    lines = said().splitlines()
    assert everything() == before
    rows = {line.split()[0]: line.split()[1:] for line in lines[1:4]}
    assert rows[HAIKU] == [
        "2",
        f"{was.normalize():f}",
        "0.0112",
        f"{(Decimal('0.0112') - was).normalize():f}",
        "0",
        "0",
    ]
    assert rows[UNKNOWN] == ["1", "unpriced", "0.0056", "0.0056", "1", "0"]
    assert rows[OPUS][3:] == ["0", "0", "0"]
    assert lines[4] == "3 of 5 records would be corrected; nothing was written (--apply does)."


def test_applied_the_records_and_all_sums_follow() -> None:
    first, _ = a_small_ledger()
    events = list(ExecutionEvent.objects.order_by("pk").values())
    a_price(HAIKU)
    a_price(UNKNOWN)
    opus = costs(OPUS)
    assert "3 of 5 records were corrected." in said("--apply")
    assert (costs(HAIKU), costs(UNKNOWN), costs(OPUS)) == ([AT_THESE, AT_THESE], [AT_THESE], opus)
    first.refresh_from_db()
    assert opus[0] is not None
    assert first.cost_usd == AT_THESE + opus[0]
    require_sums_to_follow()
    assert DailyCost.objects.get(model_used=UNKNOWN).unpriced_records == 0
    assert list(ExecutionEvent.objects.order_by("pk").values()) == events, "history's events stay"
    month = MonthlyCostSummary.objects.get(year=2026, month=11)
    assert month.total_cost_usd == sum(row.cost_usd for row in DailyCost.objects.all())


def test_a_second_time_changes_nothing() -> None:
    a_small_ledger()
    a_price(HAIKU)
    said("--apply")
    before = {name: rows for name, rows in everything().items() if name != "MonthlyCostSummary"}
    assert "0 of 5 records were corrected." in said("--apply")
    assert {name: rows for name, rows in everything().items() if name in before} == before


def test_each_record_is_priced_by_its_own_time() -> None:
    a_small_ledger()
    a_price(HAIKU, "2026-11-20T10:00:00.000001")
    old = costs(HAIKU)[0]
    said("--apply")
    assert costs(HAIKU) == [old, AT_THESE]
    require_sums_to_follow()


def test_only_the_days_that_are_named() -> None:
    execution = an_execution()
    for when in (
        "2026-11-19T23:59:59.999999",
        "2026-11-20T00:00",
        "2026-11-22T23:59:59.999999",
        "2026-11-23T00:00",
    ):
        spend(execution, when)
    old = costs(HAIKU)[0]
    a_price(HAIKU)
    assert "2 of 2 records" in said("--apply")
    assert costs(HAIKU) == [old, AT_THESE, AT_THESE, old]


def test_records_of_one_moment_are_all_priced_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repricing, "BATCH", 2)
    execution = an_execution()
    for _ in range(5):
        spend(execution, "2026-11-20T10:00")
    a_price(HAIKU)
    assert "5 of 5 records were corrected." in said("--apply")
    assert costs(HAIKU) == [AT_THESE] * 5
    require_sums_to_follow()


def test_a_price_that_is_withdrawn_leaves_the_cost_unknown() -> None:
    execution = an_execution()
    spend(execution, "2026-11-20T10:00")
    end(execution)
    ModelPrice.objects.filter(model=HAIKU).delete()
    assert "1 of 1 records were corrected." in said("--apply")
    assert costs(HAIKU) == [None]
    execution.refresh_from_db()
    assert execution.cost_usd is None, "unknown, not free"
    require_sums_to_follow()
    a_price(HAIKU)
    said("--apply")
    require_sums_to_follow()
    assert costs(HAIKU) == [AT_THESE]


@pytest.mark.parametrize("usage", ['{"input_tokens": "many"}', "[]", '{"input_tokens": -1}'])
def test_a_usage_that_cannot_be_read_is_told_and_left(usage: str) -> None:
    a_small_ledger()
    record = CostRecord.objects.filter(model_used=HAIKU).order_by("pk")[0]
    old = record.total_cost_usd
    sql("UPDATE costs_costrecord SET usage = %s WHERE id = %s", usage, record.pk)
    a_price(HAIKU)
    text = said("--apply")
    assert f"Record {record.pk} was left as it is: " in text
    assert "1 of 5 records were corrected." in text
    assert costs(HAIKU) == [old, AT_THESE]
    require_sums_to_follow()


def test_an_amount_that_cannot_be_held_is_told_and_left() -> None:
    a_small_ledger()
    old = costs(HAIKU)
    a_price(HAIKU, input=9_000_000, batch_percent=50)
    spend(an_execution(), "2026-11-20T12:00", usage={**USAGE, "input_tokens": 1_000_000})
    a_price(HAIKU, "2026-02-01", input=9_223_372)
    text = said("--apply")
    assert "was left as it is: usage: amounts to more than 9.2 million USD" in text
    assert costs(HAIKU)[:2] != old
    require_sums_to_follow()


def test_a_record_without_an_execution_is_priced_too() -> None:
    a_small_ledger()
    sql("UPDATE costs_costrecord SET execution_id = NULL WHERE model_used = %s", UNKNOWN)
    a_price(UNKNOWN)
    said("--apply")
    assert costs(UNKNOWN) == [AT_THESE]
    assert verify_days(FIRST, LAST) == []


def test_what_is_cut_off_is_right_as_far_as_it_came(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repricing, "BATCH", 2)
    a_small_ledger()
    a_price(HAIKU)
    a_price(UNKNOWN)
    steps = reprice(FIRST, LAST, current_prices(), apply=True)
    next(steps)
    first: Repricing = next(steps)
    assert (first.records, first.changed) == (2, 1)
    steps.close()
    require_sums_to_follow()
    assert "2 of 5 records were corrected." in said("--apply")
    assert costs(HAIKU) == [AT_THESE, AT_THESE]
    require_sums_to_follow()
