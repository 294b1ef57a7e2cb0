"""Due times that passed while no clock ran: run or not as the policy says, and each with its row."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from agents.holds import release_held
from agents.models import Hold
from scheduling.firing import fire_due
from scheduling.models import Fire
from system.counters import counted
from system.models import Alert
from tests.scheduling.due import (
    MINUTE,
    NODE,
    NOON,
    SECOND,
    a_schedule,
    an_agent,
    finish,
    fire,
    rows,
    runs,
    states,
)

pytestmark = pytest.mark.django_db

# Due at 12:00, 12:01 … 12:09: the clock was down all the while.
LATER = NOON + 9 * MINUTE + 45 * SECOND


def test_skip_runs_none_of_them() -> None:
    schedule = a_schedule(missed_policy="skip")
    fire(LATER)
    assert rows() == [(f"12:0{minute}", "missed") for minute in range(10)]
    assert {row.reason for row in Fire.objects.all()} == {
        "No clock ran in time, and the schedule skips what it missed."
    }
    assert runs() == []
    schedule.refresh_from_db()
    assert schedule.next_due == NOON + 10 * MINUTE


def test_run_once_runs_the_last_of_them() -> None:
    a_schedule(missed_policy="run_once")
    fire(LATER)
    assert states() == ["missed"] * 9 + ["launched"]
    assert len(runs()) == 1
    last = Fire.objects.get(state="launched")
    assert (last.lateness_ms, last.reason) == (45_000, "No clock ran in time; it was launched late.")
    missed = Fire.objects.filter(state="missed").first()
    assert missed is not None
    assert missed.reason == "No clock ran in time; one later run makes up for all that was missed."


def test_catch_up_runs_the_last_ones_one_after_another() -> None:
    a_schedule(missed_policy="catch_up", catch_up_limit=5)
    fire(LATER)
    assert states() == ["missed"] * 5 + ["launched"] * 5
    ran = [run.execution_context["metadata"]["due_at"][11:16] for run in runs()]
    assert ran == ["12:05", "12:06", "12:07", "12:08", "12:09"]
    assert Hold.objects.count() == 4
    for position, run in enumerate(runs()):
        assert [held.queued_at is not None for held in runs()] == [
            number <= position for number in range(5)
        ]  # fmt: skip
        assert release_held() == 0
        finish(run)
        release_held()
    assert not Hold.objects.exists()


def test_catching_up_waits_for_a_run_that_goes_on() -> None:
    a_schedule(missed_policy="catch_up", catch_up_limit=2, planned_at=NOON - MINUTE - SECOND)
    fire(NOON - MINUTE)
    fire(LATER)
    assert states() == ["launched"] + ["missed"] * 8 + ["launched"] * 2
    assert [run.queued_at is not None for run in runs()] == [True, False, False]


@pytest.mark.parametrize(("policy", "late"), [("skip", 0), ("run_once", 0), ("catch_up", 3)])
def test_one_that_is_on_time_runs_whatever_was_missed(policy: str, late: int) -> None:
    """With run_once it is the one run for all."""
    a_schedule(missed_policy=policy, catch_up_limit=3)
    fire(NOON + 9 * MINUTE)
    assert states() == ["missed"] * (9 - late) + ["launched"] * (late + 1)
    assert len(runs()) == late + 1


def test_one_that_is_only_a_little_late_is_not_missed(settings: Settings) -> None:
    a_schedule(missed_policy="skip")
    fire(NOON + timedelta(seconds=settings.MISFIRE_SECONDS))
    assert rows() == [("12:00", "launched")]


def test_a_long_outage_has_a_hundred_rows_and_one_for_the_rest() -> None:
    schedule = a_schedule(missed_policy="run_once")
    fire(NOON + timedelta(days=365, seconds=45))
    first, *singles = Fire.objects.order_by("due_at")
    assert (len(singles), first.state, first.covers) == (100, "missed", 365 * 1440 + 1 - 100)
    assert first.reason.startswith("Of 525,501 due times this is the last. No clock ran")
    assert {row.covers for row in singles} == {1}
    assert singles[0].due_at - first.due_at == MINUTE
    assert (singles[-1].state, singles[-1].due_at) == ("launched", NOON + timedelta(days=365))
    assert counted("fires_missed") == [(("backup",), 365 * 1440)]
    schedule.refresh_from_db()
    assert schedule.next_due == NOON + timedelta(days=365) + MINUTE


def test_a_long_outage_of_a_rare_schedule() -> None:
    a_schedule("0 12 29 2 *", missed_policy="catch_up", catch_up_limit=100)
    fire(NOON + timedelta(days=365 * 9))
    assert [row.due_at.year for row in Fire.objects.order_by("due_at")] == [2028, 2032]


def test_max_executions_ends_it_amid_what_was_missed() -> None:
    schedule = a_schedule(missed_policy="catch_up", catch_up_limit=100, max_executions=3)
    fire(LATER)
    assert rows() == [("12:00", "launched"), ("12:01", "launched"), ("12:02", "launched")]
    schedule.refresh_from_db()
    assert schedule.next_due is None


def test_each_node_has_its_row_of_what_was_missed() -> None:
    a_schedule(missed_policy="run_once", node_ids=["n1", "n2"])
    fire(NOON + MINUTE + 45 * SECOND)
    assert rows() == [("12:00", "missed")] * 2 + [("12:01", "launched")] * 2


def test_it_is_said_once_until_one_is_on_time() -> None:
    schedule = a_schedule(missed_policy="run_once", overlap_policy="allow")
    fire(LATER)
    fire(LATER + 5 * MINUTE)
    alert = Alert.objects.get()
    assert (alert.kind, alert.agent_type, alert.is_open) == ("missed-fire", "backup", True)
    assert alert.title == "Every minute missed 10 due times"
    assert alert.data == {
        "schedule_id": schedule.pk, "due_times": 10, "last_due_at": "2026-11-23T12:09:00+00:00"
    }  # fmt: skip
    fire(NOON + 15 * MINUTE)
    alert.refresh_from_db()
    assert not alert.is_open
    assert Alert.objects.get(kind="recovered").title == "Every minute runs on time again"
    fire(NOON + 17 * MINUTE + 45 * SECOND)
    assert Alert.objects.filter(kind="missed-fire", resolved_at__isnull=True).count() == 1


def test_jitter_counts_as_on_time() -> None:
    schedule = a_schedule("0 * * * *", jitter_seconds=3600, missed_policy="skip")
    assert schedule.next_run is not None
    assert NOON < schedule.next_run <= NOON + timedelta(hours=1)
    fire(schedule.next_run - timedelta(milliseconds=1))
    assert rows() == []
    again = schedule.next_run
    fire(schedule.next_run + SECOND)
    assert rows() == [("12:00", "launched")]
    assert Fire.objects.get().lateness_ms == 1000
    schedule.refresh_from_db()
    assert schedule.next_run is not None
    assert schedule.next_run != again + timedelta(hours=1)  # each due time has its own


def test_a_jitter_longer_than_the_interval_keeps_the_order() -> None:
    """All that came meanwhile is due with the first, and on time."""
    schedule = a_schedule(pk=7, jitter_seconds=3600, missed_policy="skip", overlap_policy="allow")
    assert schedule.next_run == NOON + timedelta(minutes=27, milliseconds=29_953)  # as its number has it
    fire(schedule.next_run)
    assert set(states()) == {"launched"}
    due = [row.due_at for row in Fire.objects.order_by("pk")]
    assert due == sorted(due)
    schedule.refresh_from_db()
    assert schedule.next_run is not None
    assert schedule.next_run > schedule.next_due  # type: ignore[operator]
    fire_due(NODE, schedule.next_run)
    assert "missed" not in states()


def test_other_schedules_are_not_kept_waiting_by_an_outage() -> None:
    other = a_schedule("0 12 * * *", agent=an_agent("other"), name="Daily")
    a_schedule(missed_policy="skip")
    fire(NOON + timedelta(days=365))
    assert states(other)[-1] == "launched"
