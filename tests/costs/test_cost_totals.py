"""What was ever recorded of an agent and a model, kept by the database itself, on both."""

from typing import Any

from costs.models import CostRecord, CostTotal
from costs.price_book import ensure_prices
from tests.costs.ledger import HAIKU, OPUS, USAGE, a_small_ledger, an_execution, spend, sql
from tests.faults.home import Home


def totals() -> list[tuple[Any, ...]]:
    rows = CostTotal.objects.order_by("agent_type", "model_used")
    return list(rows.values_list("agent_type", "model_used", "records", "cost_usd", "input_tokens"))


def test_the_database_adds_up_whoever_writes(any_home: Home) -> None:
    ensure_prices()
    execution = an_execution()
    one, other = spend(execution, "2026-11-20T10:00"), spend(execution, "2026-11-21T10:00")
    spend(an_execution("mail"), "2026-11-21T10:00", OPUS)
    first, second = totals()
    assert one.total_cost_usd is not None
    assert other.total_cost_usd is not None
    tokens = USAGE["input_tokens"]
    assert first == ("disk-space", HAIKU, 2, one.total_cost_usd + other.total_cost_usd, 2 * tokens)
    assert (second[0], second[1], second[2]) == ("mail", OPUS, 1)
    sql("UPDATE costs_costrecord SET input_tokens = input_tokens + 5 WHERE id = %s", one.pk)
    sql("UPDATE costs_costrecord SET total_cost_usd = NULL WHERE id = %s", one.pk)
    sql("UPDATE costs_costrecord SET execution_id = NULL")
    assert totals() == [(*first[:4], 2 * tokens + 5), second]
    CostRecord.objects.filter(pk=one.pk).delete()
    assert totals() == [(*first[:4], 2 * tokens + 5), second]


def test_the_migration_adds_up_what_is_there(any_home: Home) -> None:
    ensure_prices()
    a_small_ledger()
    before = totals()
    assert len(before) == 5
    any_home.migrate("costs", "0009")
    any_home.migrate()
    assert totals() == before
