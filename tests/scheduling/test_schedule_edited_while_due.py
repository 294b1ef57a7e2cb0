"""What was due already when a schedule was paused or changed will not run, and leaves a row that says why."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from scheduling.editing import change_schedule, pause_schedule
from scheduling.models import Fire, FireState, Schedule
from scheduling.planning import jitter_of
from system.counters import counted
from tests.scheduling.schedules import a_schedule

pytestmark = pytest.mark.django_db


def overdue(*, hours: int, **more: object) -> Schedule:
    """Hourly, and the clock has been off for `hours`."""
    one = a_schedule(cron_expression="0 * * * *", starts_at=None, **more)
    first = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=hours - 1)
    Schedule.objects.update(next_due=first, next_run=first)
    one.refresh_from_db()
    return one


def rows() -> list[tuple[datetime, str, str, str]]:
    return list(
        Fire.objects.order_by("due_at", "node_id").values_list("due_at", "node_id", "state", "reason")
    )


def test_a_pause_leaves_a_row_for_each() -> None:
    one = overdue(hours=3)
    first = one.next_due
    assert first is not None
    pause_schedule(one.pk, reason="", by="operator")
    why = "It was paused by operator before a clock dealt with it."
    assert rows() == [(first + timedelta(hours=number), "", FireState.MISSED, why) for number in range(3)]
    assert Fire.objects.order_by("due_at")[0].lateness_ms >= 2 * 3_600_000


def test_a_change_of_its_times_leaves_one_on_each_of_its_nodes_so_far() -> None:
    one = overdue(hours=1, node_ids=["localhost"])
    change_schedule(one.pk, {"cron_expression": "30 4 * * *", "node_ids": []}, by="owner")
    ((_, node, state, why),) = rows()
    assert (node, state, why) == (
        "localhost", FireState.MISSED, "Its times were changed by owner before a clock dealt with it."
    )  # fmt: skip


def test_one_whose_launch_was_still_to_come_is_due_as_well() -> None:
    due = timezone.now().replace(second=0, microsecond=0)
    made = (a_schedule(cron_expression="* * * * *", starts_at=None, jitter_seconds=3600) for _ in range(20))
    one = next(one for one in made if jitter_of(one, due) > timedelta(minutes=5))
    Schedule.objects.filter(pk=one.pk).update(next_due=due, next_run=due + jitter_of(one, due))
    pause_schedule(one.pk, reason="", by="operator")
    assert due in Fire.objects.filter(schedule=one, state=FireState.MISSED).values_list("due_at", flat=True)


def test_after_a_long_time_one_row_stands_for_the_first_of_them() -> None:
    one = overdue(hours=250)
    pause_schedule(one.pk, reason="", by="operator")
    assert Fire.objects.count() == 101
    assert sum(Fire.objects.values_list("covers", flat=True)) == 250
    assert counted("fires_missed") == [(("disk-space",), 250)]


def test_any_other_change_leaves_it_to_the_clock() -> None:
    one = overdue(hours=3)
    change_schedule(one.pk, {"name": "Other", "overlap_policy": "allow"}, by="owner")
    assert rows() == []


def test_what_is_not_due_yet_leaves_nothing() -> None:
    pause_schedule(a_schedule().pk, reason="", by="operator")
    assert rows() == []
