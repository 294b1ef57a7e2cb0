"""A due time that comes is launched, once, with all that belongs to it; the schedule moves on."""

from datetime import timedelta

import pytest
from django_q.models import OrmQ

from agents.models import AgentConfiguration
from executions.models import Execution, Status
from scheduling.duties import Again
from scheduling.fire_round import Moved, Round
from scheduling.firing import LONGEST_SLEEP_S, fire_due
from scheduling.models import Fire, Schedule
from system.counters import counted
from tests.scheduling.due import MINUTE, NODE, NOON, SECOND, a_schedule, an_agent, fire, rows, runs

pytestmark = pytest.mark.django_db


def test_all_that_belongs_to_a_launch_is_there() -> None:
    schedule = a_schedule(name="Nightly Backup", execution_config={"analysis": {"analyst": "rules"}})
    fire(NOON + timedelta(milliseconds=40))
    execution = Execution.objects.get()
    assert (execution.status, execution.node_id, execution.triggered_by) == (
        Status.PENDING, NODE, "schedule"
    )  # fmt: skip
    assert execution.trigger_source == "nightly-backup"
    assert execution.execution_context["metadata"] == {
        "schedule_id": schedule.pk, "schedule": "Nightly Backup", "due_at": "2026-11-23T12:00:00+00:00"
    }  # fmt: skip
    assert execution.execution_context["overrides"] == {"analysis": {"analyst": "rules"}}
    assert [event.seq for event in execution.events.all()] == [1]
    assert OrmQ.objects.count() == 1
    row = Fire.objects.get()
    assert (row.schedule, row.due_at, row.state, row.node_id) == (schedule, NOON, "launched", "")
    assert (row.execution, row.lateness_ms, row.covers, row.reason) == (execution, 40, 1, "")
    assert row.fired_at == NOON + timedelta(milliseconds=40)
    schedule.refresh_from_db()
    assert (schedule.next_due, schedule.next_run) == (NOON + MINUTE, NOON + MINUTE)
    assert (schedule.executions_count, schedule.last_run) == (1, row.fired_at)
    assert counted("fires_launched") == [(("backup",), 1)]
    assert counted("fires_late") == []


def test_it_is_never_early_and_says_how_long_there_is_to_wait() -> None:
    a_schedule()
    again = fire_due(NODE, NOON - timedelta(milliseconds=200))
    assert (again, runs()) == (Again(0.2), [])
    assert fire_due(NODE, NOON) == Again(LONGEST_SLEEP_S)
    assert len(runs()) == 1


def test_a_second_look_finds_nothing() -> None:
    a_schedule()
    for _ in range(3):
        fire(NOON)
    assert rows() == [("12:00", "launched")]
    assert len(runs()) == 1


def test_a_second_late_is_counted_as_late() -> None:
    a_schedule()
    fire(NOON + timedelta(milliseconds=1001))
    assert counted("fires_late") == [(("backup",), 1)]


def test_who_comes_too_late_changes_nothing() -> None:
    """What another clock read before this one moved it on."""
    stale = a_schedule()
    fire(NOON)
    with pytest.raises(Moved, match="fired or edited meanwhile"):
        Round([stale], NODE, NOON).run()


def test_what_is_off_or_over_is_not_due() -> None:
    a_schedule(name="Off", enabled=False)
    a_schedule(name="To come", starts_at=NOON + MINUTE)
    over = a_schedule(name="Over", ends_at=NOON + SECOND)
    fire(NOON)
    assert [run.trigger_source for run in runs()] == ["over"]
    over.refresh_from_db()
    assert (over.next_due, over.next_run) == (None, None)
    fire(NOON + MINUTE)
    assert [run.trigger_source for run in runs()] == ["over", "to-come"]


def test_an_end_that_was_moved_by_sql_is_kept() -> None:
    schedule = a_schedule()
    Schedule.objects.update(ends_at=NOON)
    fire(NOON)
    assert (runs(), rows()) == ([], [])
    schedule.refresh_from_db()
    assert schedule.next_due is None


def test_an_expression_that_was_changed_by_sql_holds_at_once() -> None:
    schedule = a_schedule()
    Schedule.objects.update(cron_expression="30 * * * *")
    fire(NOON)
    assert (runs(), rows()) == ([], [])
    schedule.refresh_from_db()
    assert schedule.next_due == NOON + timedelta(minutes=30)


def test_it_runs_once_on_each_of_its_nodes() -> None:
    """Also on one that nobody has ever heard of: its run waits there."""
    schedule = a_schedule(node_ids=["n1", "nobody-knows", "n1"])
    fire(NOON)
    assert [(run.node_id, run.status) for run in runs()] == [("n1", "pending"), ("nobody-knows", "pending")]
    assert sorted(Fire.objects.values_list("node_id", "state")) == [
        ("n1", "launched"), ("nobody-knows", "launched")
    ]  # fmt: skip
    schedule.refresh_from_db()
    assert schedule.executions_count == 2
    assert sorted(OrmQ.objects.values_list("key", flat=True)) == ["n1", "nobody-knows"]


def test_after_its_last_execution_nothing_is_due() -> None:
    schedule = a_schedule(max_executions=2, overlap_policy="allow")
    for minute in range(4):
        fire(NOON + minute * MINUTE)
    assert rows() == [("12:00", "launched"), ("12:01", "launched")]
    schedule.refresh_from_db()
    assert (schedule.next_due, schedule.executions_count, schedule.enabled) == (None, 2, True)


def test_its_last_execution_may_leave_none_for_a_node() -> None:
    a_schedule(max_executions=3, overlap_policy="allow", node_ids=["n1", "n2"])
    fire(NOON)
    fire(NOON + MINUTE)
    assert len(runs()) == 3
    last = Fire.objects.get(state="skipped")
    assert (last.node_id, last.reason) == ("n2", "Its 3 runs (max_executions) are used up.")
    assert counted("fires_skipped") == [(("backup", "max_executions"), 1)]


def test_many_at_once_are_all_dealt_with() -> None:
    agents = [an_agent(f"agent-{number}") for number in range(3)]
    for number in range(60):
        a_schedule(agent=agents[number % 3], name=f"number {number}")
    fire(NOON)
    assert len(runs()) == len(rows()) == 60
    assert OrmQ.objects.count() == 60
    assert len({run.trigger_source for run in runs()}) == 60
    assert counted("fires_launched") == [((f"agent-{number}",), 20) for number in range(3)]


def test_the_execution_of_a_row_that_was_purged_is_known_again() -> None:
    schedule = a_schedule()
    fire(NOON)
    Fire.objects.all().delete()
    Schedule.objects.update(next_due=NOON, next_run=NOON)
    fire(NOON)
    assert len(runs()) == 1
    assert Fire.objects.get().execution == runs()[0]
    schedule.refresh_from_db()
    assert schedule.executions_count == 1


def test_the_row_outlives_its_execution_and_goes_with_its_schedule() -> None:
    schedule = a_schedule()
    fire(NOON)
    Execution.objects.all().delete()
    assert Fire.objects.get().execution is None
    schedule.delete()
    assert not Fire.objects.exists()
    assert AgentConfiguration.objects.exists()
