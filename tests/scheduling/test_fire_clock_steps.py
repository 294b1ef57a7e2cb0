"""Wall clocks that jump: no due time runs twice, and no schedule is silent for longer than it must be."""

from datetime import datetime, timedelta

import pytest

from executions.services import cancel_execution
from scheduling.models import Fire, Schedule
from scheduling.replanning import SKEW, Replanner, plan_unplanned, plan_what_lies_ahead
from system.models import Alert
from tests.scheduling.due import MINUTE, NOON, SECOND, a_schedule, fire, rows, runs, sql, states

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
YEAR = timedelta(days=365)


def live(start: datetime, minutes: int, replanner: Replanner) -> None:
    """Each minute: the clock of one host looks, and what it launches ends at once."""
    for minute in range(minutes):
        now = start + minute * MINUTE
        replanner.look(now)
        fire(now)
        for run in runs():
            if run.is_active:
                cancel_execution(run.pk, by="ada")


def due_times(state: str = "launched") -> list[datetime]:
    return list(Fire.objects.filter(state=state).order_by("pk").values_list("due_at", flat=True))


def test_an_hour_ahead_is_what_was_missed() -> None:
    a_schedule(missed_policy="run_once", overlap_policy="allow")
    replanner = Replanner()
    live(NOON, 2, replanner)
    live(NOON + HOUR, 2, replanner)
    assert due_times() == [NOON, NOON + MINUTE, NOON + HOUR, NOON + HOUR + MINUTE]
    assert len(due_times("missed")) == 58


def test_an_hour_back_repeats_nothing_and_is_silent_for_that_hour() -> None:
    schedule = a_schedule()
    replanner = Replanner()
    live(NOON, 60, replanner)
    before = list(Fire.objects.values_list("pk", flat=True))
    live(NOON, 61, replanner)
    assert Fire.objects.filter(pk__in=before).count() == 60
    assert due_times() == [NOON + minute * MINUTE for minute in range(61)]
    assert len(runs()) == 61 == len(states())
    schedule.refresh_from_db()
    assert schedule.next_due == NOON + 61 * MINUTE


def test_an_hour_back_leaves_out_what_had_not_come_yet() -> None:
    """The step ahead skipped over half of the hour: when that comes in truth, it is run."""
    a_schedule(missed_policy="skip")
    replanner = Replanner()
    live(NOON, 2, replanner)
    live(NOON + 30 * MINUTE, 2, replanner)
    live(NOON + 2 * MINUTE, 40, replanner)
    assert sorted(due_times()) == [NOON + minute * MINUTE for minute in range(42)]
    assert len(runs()) == 42
    assert due_times("missed") == []
    assert not Alert.objects.filter(title__endswith="could not be launched").exists()


@pytest.mark.parametrize("policy", ["skip", "run_once", "catch_up"])
@pytest.mark.parametrize("cron", ["* * * * *", "0 * * * *", "0 13 * * *"])
def test_a_clock_that_was_a_year_ahead_silences_nothing(policy: str, cron: str) -> None:
    schedule = a_schedule(cron, missed_policy=policy, planned_at=NOON + SECOND)
    replanner = Replanner()
    live(NOON + YEAR, 2, replanner)
    schedule.refresh_from_db()
    assert schedule.next_due is not None
    assert schedule.next_due > NOON + YEAR
    replanner.look(NOON + 5 * SECOND)
    schedule.refresh_from_db()
    assert schedule.next_due == (NOON + MINUTE if cron.startswith("*") else NOON + HOUR)
    fire(schedule.next_due)
    assert due_times()[-1] == (NOON + MINUTE if cron.startswith("*") else NOON + HOUR)
    assert not Fire.objects.filter(due_at__gt=NOON + HOUR, state="missed").exists()


def test_another_host_that_is_right_notices_too() -> None:
    """Its own clock never moved: it looks at its start, and now and then."""
    a_schedule("0 13 * * *")
    sql("UPDATE scheduling_schedule SET next_due = '2027-11-23 13:00', next_run = '2027-11-23 13:00'")
    assert Replanner().look(NOON) == 1
    assert Schedule.objects.get().next_due == NOON + HOUR


def test_a_host_that_is_a_little_behind_forgets_nothing() -> None:
    a_schedule(overlap_policy="skip")
    fire(NOON)
    fire(NOON + MINUTE)
    assert plan_what_lies_ahead(NOON + 59 * SECOND, skew=SKEW) == 0
    assert rows() == [("12:00", "launched"), ("12:01", "skipped")]


def test_nothing_is_planned_anew_where_nothing_is_wrong() -> None:
    a_schedule()
    a_schedule("0 0 1 1 *", name="Yearly")
    a_schedule(name="To begin", starts_at=NOON + YEAR)
    before = list(Schedule.objects.values_list("updated_at", "next_due"))
    assert Replanner().look(NOON) == 0
    assert list(Schedule.objects.values_list("updated_at", "next_due")) == before


def test_one_that_nobody_has_planned_is() -> None:
    a_schedule()
    sql("UPDATE scheduling_schedule SET next_due = NULL, next_run = NULL")
    fire(NOON)
    assert rows() == []
    assert plan_unplanned(NOON + SECOND) == 1
    assert Schedule.objects.get().next_due == NOON + MINUTE


def test_one_that_is_off_used_up_or_over_is_not() -> None:
    a_schedule(name="Off", enabled=False)
    a_schedule(name="Used up", max_executions=0)
    a_schedule(name="Over", ends_at=NOON - HOUR)
    assert plan_unplanned(NOON) == 0


def test_one_that_cannot_be_planned_is_paused() -> None:
    a_schedule()
    sql("UPDATE scheduling_schedule SET next_due = NULL, next_run = NULL, cron_expression = '* *'")
    assert plan_unplanned(NOON) == 0
    schedule = Schedule.objects.get()
    assert (schedule.enabled, schedule.paused_by) == (False, "the clock")
