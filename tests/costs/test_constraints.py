from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from uuid import uuid4

import pytest
from django.db.models import Model

from costs.models import (
    Budget,
    CostRecord,
    CostTotal,
    DailyCost,
    DailyReconciliation,
    DailyTotal,
    ModelPrice,
    MonthlyCostSummary,
    Reservation,
)
from costs.models.daily import KEY as DAY_KEY
from costs.models.prices import FAST, LONG, RATES
from executions.models import Execution
from tests import constraints
from tests.constraints import Once, Rule

pytestmark = pytest.mark.django_db
numbers = count(1)


def a_record() -> CostRecord:
    return CostRecord(
        execution=Execution.objects.create(agent_type="disk-space"),
        model_used="claude-haiku-5-5",
        is_first=True,
        request_id=f"req_{next(numbers)}",
        year=2026,
        month=11,
        day=23,
    )


def a_day() -> DailyCost:
    return DailyCost(
        day="2026-11-23", agent_type="disk-space", model_used=f"model-{next(numbers)}", node_id="localhost"
    )


def a_price() -> ModelPrice:
    return ModelPrice(
        model=f"model-{next(numbers)}", valid_from="2026-11-23T00:00:00Z", **dict.fromkeys(RATES, 1)
    )


def a_whole_price() -> ModelPrice:
    price = a_price()
    for name in (*FAST, *LONG, "long_above"):
        setattr(price, name, 1)
    return price


def a_budget() -> Budget:
    return Budget(name=f"budget-{next(numbers)}", amount_usd="1")


def a_reservation() -> Reservation:
    return Reservation(
        execution=Execution.objects.create(agent_type="disk-space"),
        lease_token=uuid4(),
        agent_type="disk-space",
        model_used="claude-haiku-5-5",
        node_id="localhost",
    )


def a_reconciliation() -> DailyReconciliation:
    return DailyReconciliation(
        day=date(2026, 1, 1) + timedelta(days=next(numbers)), recorded_usd="1", reported_usd="1"
    )


def a_total() -> DailyTotal:
    return DailyTotal(day=date(2026, 1, 1) + timedelta(days=next(numbers)))


def an_ever() -> CostTotal:
    return CostTotal(agent_type="disk-space", model_used=f"model-{next(numbers)}")


def a_month() -> MonthlyCostSummary:
    return MonthlyCostSummary(year=2000 + next(numbers), month=11)


MAKERS: dict[type[Model], Callable[[], Model]] = {
    CostRecord: a_record,
    DailyCost: a_day,
    MonthlyCostSummary: a_month,
    ModelPrice: a_whole_price,
    Budget: a_budget,
    Reservation: a_reservation,
    DailyReconciliation: a_reconciliation,
    DailyTotal: a_total,
    CostTotal: an_ever,
}
RULES = [
    Rule("cost_date_exists", CostRecord, {"month": 0}),
    Rule("cost_date_exists", CostRecord, {"month": 13}),
    Rule("cost_date_exists", CostRecord, {"day": 0}),
    Rule("cost_date_exists", CostRecord, {"day": 32}),
    *(
        Rule(f"cost_{part}_not_negative", CostRecord, {f"{part}_cost_usd": -1})
        for part in ("input", "output", "cache_write", "cache_read", "web_search", "total")
    ),
    Rule("cost_batchable_not_negative", CostRecord, {"batchable_usd": -1}),
    Rule("cost_trigger_known", CostRecord, {"triggered_by": "whim"}),
    Rule("daily_cost_trigger_known", DailyCost, {"triggered_by": "whim"}),
    Rule("daily_cost_batchable_not_negative", DailyCost, {"batchable_usd": -1}),
    *(
        Rule("price_not_negative", ModelPrice, {column: -1})
        for column in (*RATES, *FAST, *LONG, "web_search")
    ),
    *(Rule("price_fast_whole", ModelPrice, {column: None}) for column in FAST),
    *(Rule("price_long_whole", ModelPrice, {column: None}) for column in ("long_above", *LONG)),
    Rule("price_percents", ModelPrice, {"batch_percent": 0}),
    Rule("price_percents", ModelPrice, {"batch_percent": 101}),
    Rule("price_percents", ModelPrice, {"us_percent": 99}),
    Rule("price_percents", ModelPrice, {"us_percent": 1001}),
    Rule("budget_scope_known", Budget, {"scope": "galaxy", "scope_value": "ours"}),
    Rule("budget_scope_value", Budget, {"scope": "agent"}),
    Rule("budget_scope_value", Budget, {"scope_value": "disk-space"}),
    Rule("budget_period_known", Budget, {"period": "fortnight"}),
    Rule("budget_has_a_cap", Budget, {"amount_usd": None}),
    Rule("budget_not_negative", Budget, {"amount_usd": -1}),
    Rule("reservation_not_negative", Reservation, {"cost_usd": -1}),
    Rule("reconciled_recorded_not_negative", DailyReconciliation, {"recorded_usd": -1}),
    Rule("reconciled_reported_not_negative", DailyReconciliation, {"reported_usd": -1}),
    Rule("daily_cost_not_negative", DailyCost, {"cost_usd": -1}),
    Rule("daily_total_not_negative", DailyTotal, {"cost_usd": -1}),
    Rule("daily_total_batchable_not_negative", DailyTotal, {"batchable_usd": -1}),
    Rule("cost_ever_not_negative", CostTotal, {"cost_usd": -1}),
    Rule("summary_cost_not_negative", MonthlyCostSummary, {"total_cost_usd": -1}),
    Rule("summary_average_not_negative", MonthlyCostSummary, {"avg_cost_per_execution": -1}),
    Rule("summary_month_exists", MonthlyCostSummary, {"month": 0}),
    Rule("summary_month_exists", MonthlyCostSummary, {"month": 13}),
]
POSITIVE = [
    # A month or day of -1 does not exist either, and PostgreSQL names that rule first.
    Rule(rule.name, rule.model, rule.change, also="_date_exists|summary_month_exists|price_percents")
    for rule in constraints.positive_columns("costs")
]
ONCE = [
    Once("cost_request_once", CostRecord, ("request_id",)),
    Once("cost_first_once", CostRecord, ("execution_id",)),
    Once("daily_cost_once", DailyCost, DAY_KEY),
    Once("price_version_once", ModelPrice, ("model", "valid_from")),
    Once("", Budget, ("name",)),
    Once("", DailyReconciliation, ("day",)),
    Once("", DailyTotal, ("day",)),
    Once("cost_ever_once", CostTotal, ("agent_type", "model_used")),
    Once("summary_month_once", MonthlyCostSummary, ("year", "month")),
]


def test_every_constraint_is_covered() -> None:
    assert constraints.covered([*RULES, *ONCE]) == constraints.declared("costs")


@pytest.mark.parametrize("rule", [*RULES, *POSITIVE], ids=str)
def test_refused_by_save(rule: Rule) -> None:
    constraints.require_refused_by_save(rule, MAKERS[rule.model])


@pytest.mark.parametrize("rule", [*RULES, *POSITIVE], ids=str)
def test_refused_by_sql(rule: Rule) -> None:
    constraints.require_refused_by_sql(rule, MAKERS[rule.model])


@pytest.mark.parametrize("once", ONCE, ids=str)
def test_once_by_save(once: Once) -> None:
    constraints.require_once_by_save(once, MAKERS[once.model])


@pytest.mark.parametrize("once", ONCE, ids=str)
def test_once_by_sql(once: Once) -> None:
    constraints.require_once_by_sql(once, MAKERS[once.model])


@pytest.mark.parametrize("rule", constraints.foreign_keys("costs"), ids=str)
def test_no_child_without_its_parent(rule: Rule) -> None:
    constraints.require_no_such_parent(rule, MAKERS[rule.model])


def test_requests_without_an_id_do_not_collide() -> None:
    for _ in range(2):
        record = a_record()
        record.request_id = None
        record.save()


def test_an_execution_leaves_its_costs_behind() -> None:
    record = a_record()
    record.save()
    assert record.execution is not None
    record.execution.delete()
    record.refresh_from_db()
    assert (record.execution_id, record.is_first) == (None, True)
