from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count

import pytest
from django.db.models import Model

from executions.models import DailyExecutions, Execution, ExecutionEvent, ExecutionStep, ExecutionTotal
from system.money import MAX_UNITS
from tests import constraints
from tests.constraints import Once, Rule

pytestmark = pytest.mark.django_db
numbers = count(1)
AT = datetime(2026, 11, 23, tzinfo=UTC)


def an_execution() -> Execution:
    return Execution(agent_type="disk-space", dedupe_key=f"key {next(numbers)}")


def a_step() -> ExecutionStep:
    execution = Execution.objects.create(agent_type="disk-space")
    return ExecutionStep(execution=execution, step_number=next(numbers), step_name="Look")


def an_event() -> ExecutionEvent:
    execution = Execution.objects.create(agent_type="disk-space")
    return ExecutionEvent(execution=execution, seq=1, event="execution:log", key=f"key {next(numbers)}")


def a_day() -> DailyExecutions:
    return DailyExecutions(
        day="2026-11-23", agent_type=f"agent-{next(numbers)}", node_id="localhost", status="completed"
    )


def a_total() -> ExecutionTotal:
    return ExecutionTotal(agent_type=f"agent-{next(numbers)}", status="completed")


MAKERS: dict[type[Model], Callable[[], Model]] = {
    Execution: an_execution,
    ExecutionStep: a_step,
    ExecutionEvent: an_event,
    DailyExecutions: a_day,
    ExecutionTotal: a_total,
}
RULES = [
    Rule("execution_status_known", Execution, {"status": "paused"}, also="execution_ended_has_completed_at"),
    Rule("execution_trigger_known", Execution, {"triggered_by": "magic"}),
    Rule("execution_ended_has_completed_at", Execution, {"status": "completed"}),
    Rule("execution_ended_has_completed_at", Execution, {"completed_at": AT}),
    Rule("execution_lease_while_running", Execution, {"status": "running"}),
    Rule("execution_lease_while_running", Execution, {"lease_token": "0198c0de00007000800000000000beef"}),
    Rule("step_number_from_one", ExecutionStep, {"step_number": 0}),
    Rule("step_status_known", ExecutionStep, {"status": "paused"}),
    Rule("step_type_known", ExecutionStep, {"step_type": "prayer"}),
    Rule("event_seq_from_one", ExecutionEvent, {"seq": 0}),
    Rule("event_name_known", ExecutionEvent, {"event": "execution:exploded"}),
    Rule("daily_status_ended", DailyExecutions, {"status": "running"}),
    Rule("daily_executions_cost_not_negative", DailyExecutions, {"cost_usd": -1}),
    Rule("total_status_ended", ExecutionTotal, {"status": "running"}),
    Rule("execution_total_cost_not_negative", ExecutionTotal, {"cost_usd": -1}),
]
# Amounts are Decimal in Python and whole units in the table, so each way has its own value.
COST = Rule("execution_cost_not_negative", Execution, {"cost_usd": -1})
ONCE = [
    Once("", Execution, ("uid",)),
    Once("execution_total_once", ExecutionTotal, ("agent_type", "status")),
    Once("", Execution, ("dedupe_key",)),
    Once("step_number_once", ExecutionStep, ("execution_id", "step_number")),
    Once("event_seq_once", ExecutionEvent, ("execution_id", "seq")),
    Once("event_key_once", ExecutionEvent, ("execution_id", "key")),
    Once("daily_executions_once", DailyExecutions, ("day", "agent_type", "node_id", "status")),
]


def test_every_constraint_is_covered() -> None:
    assert constraints.covered([*RULES, COST, *ONCE]) == constraints.declared("executions")


@pytest.mark.parametrize("rule", [*RULES, COST, *constraints.positive_columns("executions")], ids=str)
def test_refused_by_save(rule: Rule) -> None:
    constraints.require_refused_by_save(rule, MAKERS[rule.model])


@pytest.mark.parametrize("rule", [*RULES, COST, *constraints.positive_columns("executions")], ids=str)
def test_refused_by_sql(rule: Rule) -> None:
    constraints.require_refused_by_sql(rule, MAKERS[rule.model])


@pytest.mark.parametrize("once", ONCE, ids=str)
def test_once_by_save(once: Once) -> None:
    constraints.require_once_by_save(once, MAKERS[once.model])


@pytest.mark.parametrize("once", ONCE, ids=str)
def test_once_by_sql(once: Once) -> None:
    constraints.require_once_by_sql(once, MAKERS[once.model])


@pytest.mark.parametrize("rule", constraints.foreign_keys("executions"), ids=str)
def test_no_child_without_its_parent(rule: Rule) -> None:
    constraints.require_no_such_parent(rule, MAKERS[rule.model])


def test_keys_that_are_absent_do_not_collide() -> None:
    for _ in range(2):
        Execution.objects.create(agent_type="disk-space", dedupe_key=None)
    execution = Execution.objects.create(agent_type="disk-space")
    for seq in (1, 2):
        ExecutionEvent.objects.create(execution=execution, seq=seq, event="execution:log", key=None)


def test_an_execution_takes_its_steps_and_events_along() -> None:
    step, event = a_step(), an_event()
    step.save()
    event.save()
    step.execution.delete()
    event.execution.delete()
    assert not ExecutionStep.objects.exists()
    assert not ExecutionEvent.objects.exists()


def test_the_largest_cost_is_held_exactly() -> None:
    execution = an_execution()
    execution.save()
    constraints.update(execution, {"cost_usd": MAX_UNITS})
    execution.refresh_from_db()
    assert str(execution.cost_usd) == "9223372.036854775807"
