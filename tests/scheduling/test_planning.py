"""When a schedule runs next: within its bounds, and with a jitter that any clock finds the same."""

from datetime import timedelta

import pytest

from scheduling.models import Schedule
from scheduling.planning import jitter_of, next_due_after, plan
from system.errors import Invalid
from tests.scheduling.schedules import START, at


def one(**more: object) -> Schedule:
    return Schedule(**{"pk": 7, "cron_expression": "0 3 * * *", **more})


def test_the_first_after_a_moment_and_not_at_it() -> None:
    assert next_due_after(one(), at(1, 2, 59)) == at(1, 3)
    assert next_due_after(one(), at(1, 3)) == at(2, 3)


def test_from_its_start_on_which_is_part_of_it() -> None:
    assert next_due_after(one(starts_at=at(5, 3)), at(1)) == at(5, 3)
    assert next_due_after(one(starts_at=at(5, 3, 0, 1)), at(1)) == at(6, 3)
    assert next_due_after(one(starts_at=at(5, 3)), at(5, 3)) == at(6, 3)


def test_until_its_end_which_is_no_part_of_it() -> None:
    assert next_due_after(one(ends_at=at(5, 3, 0, 1)), at(5)) == at(5, 3)
    assert next_due_after(one(ends_at=at(5, 3)), at(5)) is None


def test_no_more_often_than_it_may() -> None:
    assert next_due_after(one(max_executions=5, executions_count=4), START) == at(1, 3)
    assert next_due_after(one(max_executions=5, executions_count=5), START) is None


def test_a_plan_of_what_is_off_or_over_is_empty() -> None:
    schedule = one(next_due=at(1), next_run=at(1), enabled=False)
    plan(schedule, START)
    assert (schedule.next_due, schedule.next_run) == (None, None)
    schedule = one(next_due=at(1), next_run=at(1), ends_at=at(1))
    plan(schedule, START)
    assert (schedule.next_due, schedule.next_run) == (None, None)


def test_a_plan_has_its_jitter() -> None:
    schedule = one(jitter_seconds=600)
    plan(schedule, START)
    assert schedule.next_due == at(1, 3)
    assert schedule.next_run == at(1, 3) + jitter_of(schedule, at(1, 3))


def test_jitter_differs_from_due_time_to_due_time_and_from_schedule_to_schedule() -> None:
    """These are the very values: a clock of another version, or of another host, must find the same."""
    found = [jitter_of(one(jitter_seconds=600), at(day, 3)) for day in (1, 2, 3)]
    assert [jitter.total_seconds() for jitter in found] == [591.911, 420.881, 428.79]
    assert jitter_of(one(pk=8, jitter_seconds=600), at(1, 3)).total_seconds() == 573.799


def test_jitter_is_spread_over_all_it_may_be() -> None:
    found = [jitter_of(one(jitter_seconds=10), START + timedelta(hours=hour)) for hour in range(1000)]
    assert all(timedelta() <= jitter <= timedelta(seconds=10) for jitter in found)
    for second in range(10):
        within = [jitter for jitter in found if second <= jitter.total_seconds() < second + 1]
        assert 60 < len(within) < 140
    assert jitter_of(one(), START) == timedelta()


def test_a_row_that_does_not_hold_is_said_to() -> None:
    with pytest.raises(Invalid):
        plan(one(cron_expression="61 * * * *"), START)
