"""What a schedule would do, before it is stored: words, the next five due times in two zones, conflicts."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from scheduling.conflicts import COMPARED
from scheduling.models import Schedule
from scheduling.planning import jitter_of
from scheduling.preview import Preview, preview_schedule
from system.errors import Invalid
from tests.scheduling.schedules import START, a_schedule, an_agent, at

pytestmark = pytest.mark.django_db


def previewed(viewer: str = "", **more: Any) -> Preview:
    fields = {"cron_expression": "0 3 * * *", "agent_id": "disk-space", "starts_at": START, **more}
    return preview_schedule(Schedule(**fields), viewer_timezone=viewer)


def test_the_next_five_in_both_zones() -> None:
    found = previewed("Asia/Tokyo", timezone="America/New_York", cron_expression="30 22 * * MON-FRI")
    assert found.words == "At 22:30, Monday through Friday"
    assert (found.timezone, found.viewer_timezone) == ("America/New_York", "Asia/Tokyo")
    assert [due.at for due in found.due] == [at(day, 3, 30) for day in (3, 4, 5, 6, 7)]
    assert found.due[0].local.isoformat() == "2040-01-02T22:30:00-05:00"
    assert found.due[0].viewer_local.isoformat() == "2040-01-03T12:30:00+09:00"
    assert found.notes == []


def test_who_names_no_zone_lives_in_that_of_the_installation(settings: Settings) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    assert previewed().due[0].viewer_local.isoformat() == "2040-01-01T04:00:00+01:00"


def test_no_more_than_there_will_be() -> None:
    assert [due.at for due in previewed(ends_at=at(3)).due] == [at(1, 3), at(2, 3)]
    assert previewed(ends_at=at(3)).notes == ["Nothing is due after these 2 times."]
    assert len(previewed(max_executions=10, executions_count=9).due) == 1
    assert previewed(max_executions=10, executions_count=9).notes == ["Nothing is due after this."]
    over = previewed(max_executions=10, executions_count=10)
    assert (over.due, over.notes) == ([], ["Nothing is due any more."])


def test_each_node_takes_one_of_the_runs_that_it_may_have() -> None:
    assert len(previewed(max_executions=5, node_ids=["attic", "cellar"]).due) == 3


def test_jitter_is_shown_where_it_is_known() -> None:
    assert {due.launched_at for due in previewed(jitter_seconds=60).due} == {None}
    stored = a_schedule(jitter_seconds=60)
    due = preview_schedule(stored).due
    assert [each.launched_at for each in due] == [each.at + jitter_of(stored, each.at) for each in due]
    assert due[0].launched_at == stored.next_run
    assert previewed().due[0].launched_at == at(1, 3)


def test_a_jitter_that_reaches_the_next_due_time_is_pointed_out() -> None:
    (note,) = previewed(cron_expression="* * * * *", jitter_seconds=60).notes
    assert note.startswith("Its jitter reaches the next due time")


def test_others_in_the_same_minute_are_named() -> None:
    an_agent("log-scan")
    a_schedule(name="Backup", cron_expression="0 4 * * SUN", timezone="Europe/Berlin")
    a_schedule(name="Logs", cron_expression="*/30 3 * * *", agent_type="log-scan")
    a_schedule(name="Later", cron_expression="1 3 * * *")
    found = previewed()
    assert [(conflict.at, conflict.count, conflict.same_agent) for conflict in found.conflicts.found] == [
        (at(1, 3), 2, 1), (at(2, 3), 1, 0), (at(3, 3), 1, 0), (at(4, 3), 1, 0), (at(5, 3), 1, 0)
    ]  # fmt: skip
    assert [other.name for other in found.conflicts.found[0].named] == ["Backup", "Logs"]
    assert found.notes == [
        "Up to 2 other schedules are due in the same minute at 5 of these times,"
        " 1 of them of the same agent: Backup, Logs."
    ]


def test_only_those_that_will_run_then_count() -> None:
    an_agent("off", enabled=False)
    a_schedule(name="paused", enabled=False)
    a_schedule(name="of a disabled agent", agent_type="off")
    a_schedule(name="later", starts_at=at(9))
    a_schedule(name="over", starts_at=None, ends_at=at(1, 3))
    a_schedule(name="has run enough", max_executions=3)
    Schedule.objects.filter(max_executions=3).update(executions_count=3)
    a_schedule(name="broken")
    Schedule.objects.filter(name="broken").update(cron_expression="61 * * * *")
    assert previewed().conflicts.found == []


def test_it_does_not_conflict_with_itself() -> None:
    assert preview_schedule(a_schedule()).conflicts.found == []


def test_many_in_the_same_minute_are_counted_and_the_first_named() -> None:
    for number in range(12):
        a_schedule(name=f"S {number:02}")
    found = previewed()
    assert [conflict.count for conflict in found.conflicts.found] == [12] * 5
    assert found.notes == [
        "12 other schedules are due in the same minute at 5 of these times, all of the same"
        " agent: S 00, S 01, S 02, S 03, S 04 and 7 more. Jitter, or another minute, would spread them."
    ]


def test_the_work_is_bounded_and_says_so() -> None:
    agent = an_agent()
    Schedule.objects.bulk_create(
        Schedule(name=f"S {number:04}", agent=agent, cron_expression=f"{number % 60} 3 * * *")
        for number in range(COMPARED + 60)
    )
    with CaptureQueriesContext(connection) as asked:
        found = previewed()
    assert len(asked) == 1
    assert [conflict.count for conflict in found.conflicts.found] == [17] * 5
    assert found.notes[-1] == "Only the first 1,000 schedules by name were compared."


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"cron_expression": "0 0 31 2 *"}, "cron_expression"),
        ({"timezone": "Berlin"}, "timezone"),
        ({"viewer": "Berlin"}, "viewer_timezone"),
        ({"ends_at": START - timedelta(days=1)}, "ends_at"),
        ({"max_executions": 0}, "max_executions"),
        ({"jitter_seconds": 3601}, "jitter_seconds"),
    ],
)
def test_what_does_not_hold_is_refused(fields: Any, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        previewed(**fields)
    assert refusal.value.field == field
