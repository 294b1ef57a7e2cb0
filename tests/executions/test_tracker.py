"""What a tracker writes: rows, events and totals of one run, in order, and nothing at all when it may not."""

from decimal import Decimal
from uuid import uuid4

import pytest

from executions.errors import ExecutionEnded, LeaseLost, StepConflict, StepNotFound
from executions.models import DailyExecutions, Execution, ExecutionTotal, Status, StepStatus
from executions.services import Tracker, changing_totals, claim_execution, create_execution

pytestmark = pytest.mark.django_db


@pytest.fixture
def tracker() -> Tracker:
    execution, _ = create_execution(agent_type="nightly", node_id="n1")
    lease = claim_execution(execution.pk, owner="worker-1")
    assert lease is not None
    return lease.tracker()


def stored(tracker: Tracker) -> Execution:
    return Execution.objects.get(pk=tracker.execution_id)


def everything(tracker: Tracker) -> tuple[object, ...]:
    """All that a refused call could have changed."""
    execution = stored(tracker)
    return (
        {name: value for name, value in vars(execution).items() if name != "_state"},
        list(execution.steps.values()),
        list(execution.events.values()),
        list(DailyExecutions.objects.values()),
    )


def test_a_whole_run_leaves_its_events_numbered_without_gaps(tracker: Tracker) -> None:
    number = tracker.add_step("Fetch", "command")
    tracker.start_step(number)
    tracker.add_log("42 files", step_number=number)
    tracker.complete_step(number, output="ok")
    tracker.skip_step(tracker.add_step("Mail", "command"), "no mail server")
    tracker.complete()

    events = list(stored(tracker).events.values_list("seq", "event"))
    assert events == list(
        enumerate(
            [
                "execution:log",
                "execution:started",
                "execution:step:added",
                "execution:step:started",
                "execution:log",
                "execution:step:completed",
                "execution:step:added",
                "execution:step:completed",
                "execution:completed",
            ],
            start=1,
        )
    )


def test_the_summary_line_is_the_seeds(tracker: Tracker) -> None:
    tracker.add_step("Fetch")
    with tracker.batch() as change:
        change.add_cost(Decimal("0.0123456"), 1500, model="claude-haiku-5-5")
    tracker.complete()
    assert stored(tracker).result_summary == (
        "Execution completed successfully | Cost: $0.0123 | Tokens: 1500 | Steps: 1"
    )


def test_a_failure_keeps_error_exit_code_and_summary(tracker: Tracker) -> None:
    tracker.fail("no disk", 3)
    execution = stored(tracker)
    assert (execution.status, execution.error_message, execution.exit_code) == ("failed", "no disk", 3)
    assert execution.result_summary == "Execution failed: no disk"


def test_complete_without_success_is_a_failure_with_exit_code_1(tracker: Tracker) -> None:
    tracker.complete(success=False, error="half of it is missing")
    execution = stored(tracker)
    assert (execution.status, execution.exit_code) == ("failed", 1)
    assert execution.events.get(event="execution:completed").decoded["success"] is False


def test_cancel_is_a_state_of_its_own(tracker: Tracker) -> None:
    tracker.cancel(by="ada")
    execution = stored(tracker)
    assert (execution.status, execution.exit_code) == (Status.CANCELLED, 130)
    assert execution.error_message == "Execution cancelled by user"


def test_an_end_closes_what_was_open(tracker: Tracker) -> None:
    tracker.add_step("Runs")
    tracker.add_step("Waits")
    tracker.start_step(1)
    tracker.fail("lost")
    statuses = list(stored(tracker).steps.values_list("status", flat=True))
    assert statuses == [StepStatus.FAILED, StepStatus.SKIPPED]


def test_an_unknown_step_is_an_error_and_changes_nothing(tracker: Tracker) -> None:
    before = everything(tracker)
    for call in (tracker.start_step, tracker.complete_step):
        with pytest.raises(StepNotFound, match="no step 7"):
            call(7)
    with pytest.raises(StepNotFound):
        tracker.skip_step(7, "why not")
    assert everything(tracker) == before


def test_a_step_cannot_start_twice_nor_end_twice(tracker: Tracker) -> None:
    tracker.add_step("Once")
    tracker.start_step(1)
    with pytest.raises(StepConflict, match="is running"):
        tracker.start_step(1)
    tracker.complete_step(1)
    before = everything(tracker)
    with pytest.raises(StepConflict, match="is completed"):
        tracker.complete_step(1)
    assert everything(tracker) == before


def test_a_step_that_finds_nothing_to_look_at_is_skipped_after_its_start(tracker: Tracker) -> None:
    tracker.add_step("Temperatures")
    tracker.start_step(1)
    tracker.skip_step(1, "This machine has no sensors.")
    step = stored(tracker).steps.get()
    assert (step.status, step.error_message) == (StepStatus.SKIPPED, "This machine has no sensors.")


@pytest.mark.parametrize("second", ["complete", "fail", "cancel", "add_log", "add_step"])
def test_nothing_leaves_an_ended_execution(tracker: Tracker, second: str) -> None:
    tracker.complete()
    before = everything(tracker)
    arguments = {"fail": ["late"], "add_log": ["late"], "add_step": ["late"]}.get(second, [])
    with pytest.raises(ExecutionEnded, match="is completed already"):
        getattr(tracker, second)(*arguments)
    assert everything(tracker) == before


@pytest.mark.parametrize("call", ["complete", "fail", "cancel", "add_log", "add_step"])
def test_a_stale_lease_changes_nothing(tracker: Tracker, call: str) -> None:
    before = everything(tracker)
    arguments = {"fail": ["late"], "add_log": ["late"], "add_step": ["late"]}.get(call, [])
    with pytest.raises(LeaseLost):
        getattr(Tracker(tracker.execution_id, uuid4()), call)(*arguments)
    assert everything(tracker) == before


def test_a_batch_is_written_whole_or_not_at_all(tracker: Tracker) -> None:
    before = everything(tracker)

    def break_off_half_way() -> None:
        with tracker.batch() as change:
            change.add_step("One")
            change.add_log("half way")
            change.start_step(2)

    with pytest.raises(StepNotFound):
        break_off_half_way()
    assert everything(tracker) == before


def test_a_nul_is_taken_out_of_every_text(tracker: Tracker) -> None:
    tracker.add_step("a\x00b", metadata={"k\x00": ["v\x00"]})
    tracker.start_step(1)
    tracker.complete_step(1, output="out\x00put")
    tracker.add_log("li\x00ne")
    tracker.fail("er\x00ror", ai_analysis={"summary": "\x00"})
    execution = stored(tracker)
    step = execution.steps.get()
    assert (step.step_name, step.output, step.metadata) == ("ab", "output", {"k": ["v"]})
    assert execution.error_message == "error"
    assert execution.ai_analysis == {"summary": ""}
    assert not any("\\u0000" in data for data in execution.events.values_list("data", flat=True))


def test_ended_executions_are_added_up_by_day_agent_node_and_status() -> None:
    for minutes, success in ((1, True), (2, True), (3, False)):
        execution, _ = create_execution(agent_type="nightly", node_id="n1")
        lease = claim_execution(execution.pk, owner="w")
        assert lease is not None
        with lease.tracker().batch() as change:
            change.add_cost(Decimal(minutes) / 100, minutes, model="m")
            change.complete(success=success)
    row = DailyExecutions.objects.get(status="completed")
    assert (row.executions, row.cost_usd, row.tokens_used) == (2, Decimal("0.03"), 3)
    assert DailyExecutions.objects.get(status="failed").executions == 1


def test_totals_are_the_sums_of_all_days() -> None:
    for minutes in (1, 2):
        execution, _ = create_execution(agent_type="nightly", node_id=f"n{minutes}")
        lease = claim_execution(execution.pk, owner="w")
        assert lease is not None
        with lease.tracker().batch() as change:
            change.complete()
        with changing_totals(execution.pk) as change:  # what was asked came to light after the end
            change.add_cost(Decimal(minutes) / 100, minutes, model="m")
    total, days = ExecutionTotal.objects.get(), DailyExecutions.objects.all()
    assert (total.executions, total.cost_usd, total.tokens_used) == (2, Decimal("0.03"), 3)
    assert total.duration_ms == sum(day.duration_ms for day in days)
    assert total.slowest_ms == max(day.slowest_ms or 0 for day in days)
    assert total.last_started_at == max(day.last_started_at for day in days if day.last_started_at)


def test_a_run_without_a_known_price_is_unpriced_and_never_0(tracker: Tracker) -> None:
    with tracker.batch() as change:
        change.add_cost(None, 1500, model="claude-opus-9")
    tracker.complete()
    execution = stored(tracker)
    assert (execution.cost_usd, execution.tokens_used) == (None, 1500)
    assert "Cost: unpriced" in execution.result_summary
    assert execution.events.get(event="execution:completed").decoded["cost"] is None
