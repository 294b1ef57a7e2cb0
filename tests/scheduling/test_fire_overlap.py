"""A due time that comes while the run of an earlier one goes on."""

import pytest

from agents.holds import release_held
from agents.models import LaunchRefusal
from executions.services import cancel_execution
from scheduling.models import Fire, Schedule
from scheduling.running import run_schedule
from system import app_settings
from system.counters import counted
from system.models import Alert
from tests.scheduling.due import MINUTE, NOON, a_schedule, an_agent, finish, fire, rows, runs, sql, states

pytestmark = pytest.mark.django_db


def test_skip_names_the_run_that_goes_on() -> None:
    a_schedule(overlap_policy="skip")
    fire(NOON)
    fire(NOON + MINUTE)
    [run] = runs()
    skipped = Fire.objects.get(state="skipped")
    assert skipped.execution == run
    assert skipped.reason == f"An earlier run of it, {run.uid}, has not ended."
    assert counted("fires_skipped") == [(("backup", "overlap"), 1)]
    finish(run)
    fire(NOON + 2 * MINUTE)
    assert states() == ["launched", "skipped", "launched"]


def test_queue_lets_it_wait_its_turn() -> None:
    a_schedule(overlap_policy="queue")
    for minute in range(3):
        fire(NOON + minute * MINUTE)
    assert states() == ["launched"] * 3
    first, second, third = runs()
    assert (second.hold.limit, third.hold.limit) == ("group", "group")
    finish(first)
    assert release_held() == 1
    assert release_held() == 0
    cancel_execution(second.pk, by="ada")
    assert release_held() == 1
    assert runs()[2].queued_at is not None


def test_a_queue_is_no_longer_than_the_setting_says() -> None:
    app_settings.set_value("schedules.most_waiting", 2)
    a_schedule(overlap_policy="queue", node_ids=["n1"])
    for minute in range(5):
        fire(NOON + minute * MINUTE)
    assert states() == ["launched"] * 3 + ["skipped"] * 2
    skipped = Fire.objects.filter(state="skipped").earliest("due_at")
    assert skipped.reason == (
        "2 earlier runs of it wait already, and no more than 2 may (schedules.most_waiting)."
    )
    assert counted("fires_skipped") == [(("backup", "queue_full"), 2)]
    finish(runs()[0])
    release_held()
    fire(NOON + 5 * MINUTE)
    assert states()[-1] == "launched"
    assert Schedule.objects.get().executions_count == 4


def test_catching_up_is_bounded_by_its_own_limit() -> None:
    app_settings.set_value("schedules.most_waiting", 1)
    a_schedule(missed_policy="catch_up", catch_up_limit=4)
    fire(NOON + 10 * MINUTE)
    assert states().count("launched") == 5  # and the one that was due on time
    assert "skipped" not in states()


def test_queue_waits_for_a_limit_instead_of_being_refused() -> None:
    agent = an_agent(max_concurrent_executions=1)
    a_schedule(overlap_policy="allow", agent=agent, name="Another")
    a_schedule(overlap_policy="queue", agent=agent)
    fire(NOON)
    assert states() == ["launched", "launched"]
    assert runs()[1].hold.limit == "concurrency"
    assert not LaunchRefusal.objects.exists()


def test_allow_runs_both() -> None:
    a_schedule(overlap_policy="allow")
    for minute in range(3):
        fire(NOON + minute * MINUTE)
    assert states() == ["launched"] * 3
    assert all(run.queued_at for run in runs())


def test_skip_sees_a_run_that_was_started_by_hand() -> None:
    schedule = a_schedule(overlap_policy="skip")
    [by_hand] = run_schedule(schedule.pk, by="ada").executions
    fire(NOON)
    assert states() == ["skipped"]
    finish(by_hand)
    fire(NOON + MINUTE)
    assert states() == ["skipped", "launched"]


def test_skip_sees_what_allow_left_behind() -> None:
    schedule = a_schedule(overlap_policy="allow")
    fire(NOON)
    sql("UPDATE scheduling_schedule SET overlap_policy = 'skip'")
    fire(NOON + MINUTE)
    assert states(schedule) == ["launched", "skipped"]


def test_each_node_overlaps_with_itself_alone() -> None:
    a_schedule(node_ids=["n1", "n2"])
    fire(NOON)
    finish(runs()[0])
    fire(NOON + MINUTE)
    assert sorted(Fire.objects.filter(due_at=NOON + MINUTE).values_list("node_id", "state")) == [
        ("n1", "launched"), ("n2", "skipped")
    ]  # fmt: skip


def test_another_schedule_of_the_same_agent_and_name_does_not_count() -> None:
    a_schedule()
    a_schedule()
    fire(NOON)
    assert states() == ["launched", "launched"]


@pytest.mark.parametrize(("limit", "agent"), [
    ("concurrency", {"max_concurrent_executions": 1}), ("enabled", {"enabled": False}),
])  # fmt: skip
def test_a_limit_of_the_agent_refuses_and_says_which(limit: str, agent: dict[str, object]) -> None:
    agent_of_both = an_agent(**agent)
    a_schedule(agent=agent_of_both, name="first")
    a_schedule(agent=agent_of_both, name="second")
    fire(NOON)
    refused = Fire.objects.filter(state="refused").last()
    kept = LaunchRefusal.objects.last()
    assert refused is not None
    assert kept is not None
    assert (kept.limit, kept.detail, kept.triggered_by) == (limit, refused.reason, "schedule")
    assert counted("fires_skipped")[0][0] == ("backup", limit)
    assert not Alert.objects.exists()
    schedule = refused.schedule
    assert (schedule.next_due, schedule.executions_count) == (NOON + MINUTE, 0)


def test_overrides_that_hold_no_more_are_refused_with_their_path() -> None:
    a_schedule(execution_config={"analysis": {"max_tokens": 1}})
    a_schedule(name="Sound")
    fire(NOON)
    assert rows() == [("12:00", "refused"), ("12:00", "launched")]
    assert "analysis.max_tokens" in Fire.objects.get(state="refused").reason
