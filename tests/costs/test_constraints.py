from collections.abc import Callable
from itertools import count

import pytest
from django.db.models import Model

from costs.models import CostRecord, DailyCost, MonthlyCostSummary
from executions.models import Execution
from tests import constraints
from tests.constraints import Once, Rule

pytestmark = pytest.mark.django_db
numbers = count(1)


def a_record() -> CostRecord:
    return CostRecord(
        execution=Execution.objects.create(agent_type="disk-space"),
        model_used="claude-haiku-5-5",
        request_id=f"req_{next(numbers)}",
        year=2026,
        month=11,
        day=23,
    )


def a_day() -> DailyCost:
    return DailyCost(
        day="2026-11-23", agent_type="disk-space", model_used=f"model-{next(numbers)}", node_id="localhost"
    )


def a_month() -> MonthlyCostSummary:
    return MonthlyCostSummary(year=2000 + next(numbers), month=11)


MAKERS: dict[type[Model], Callable[[], Model]] = {
    CostRecord: a_record,
    DailyCost: a_day,
    MonthlyCostSummary: a_month,
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
    Rule("daily_cost_not_negative", DailyCost, {"cost_usd": -1}),
    Rule("summary_cost_not_negative", MonthlyCostSummary, {"total_cost_usd": -1}),
    Rule("summary_average_not_negative", MonthlyCostSummary, {"avg_cost_per_execution": -1}),
    Rule("summary_month_exists", MonthlyCostSummary, {"month": 0}),
    Rule("summary_month_exists", MonthlyCostSummary, {"month": 13}),
]
POSITIVE = [
    # A month or day of -1 does not exist either, and PostgreSQL names that rule first.
    Rule(rule.name, rule.model, rule.change, also="_date_exists|summary_month_exists")
    for rule in constraints.positive_columns("costs")
]
ONCE = [
    Once("cost_request_once", CostRecord, ("request_id",)),
    Once("daily_cost_once", DailyCost, ("day", "agent_type", "model_used", "node_id")),
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


def test_an_execution_takes_its_costs_along() -> None:
    record = a_record()
    record.save()
    assert record.execution is not None
    record.execution.delete()
    assert not CostRecord.objects.exists()
