"""What stands in the calendar: what became of due times and what is due, one by one or as a band."""

from datetime import UTC, date, datetime, timedelta

import pytest

from scheduling.calendar.building import MOST_ENTRIES
from scheduling.calendar.outcomes import Outcome
from scheduling.calendar.schedules import Wanted
from scheduling.models import Schedule
from tests.scheduling.calendars import MONDAY, NOW, a_fire, bands, calendar, entries, many
from tests.scheduling.due import a_schedule, an_agent

pytestmark = pytest.mark.django_db


def test_what_came_and_what_is_due_stand_on_their_days() -> None:
    nightly = a_schedule("0 3 * * *", planned_at=NOW)
    for day, state, status in ((23, "launched", "completed"), (24, "launched", "failed"), (25, "missed", "")):
        a_fire(nightly, datetime(2026, 11, day, 3, tzinfo=UTC), state, status=status)
    a_fire(nightly, datetime(2026, 11, 26, 3, tzinfo=UTC), status="")  # its execution was deleted since
    assert entries(calendar()) == [
        [("03:00", "completed")], [("03:00", "failed")], [("03:00", "missed")], [("03:00", "launched")],
        [("03:00", "due")], [("03:00", "due")], [("03:00", "due")],
    ]  # fmt: skip
    assert calendar(MONDAY - timedelta(days=7)).counts == {}
    assert entries(calendar(MONDAY + timedelta(days=7))) == [[("03:00", "due")]] * 7


def test_what_is_due_every_minute_is_a_band_that_adds_up() -> None:
    often = a_schedule("* * * * *", planned_at=NOW)
    begin = datetime(2026, 11, 25, tzinfo=UTC)
    for minute in range(20):
        status = "failed" if minute == 3 else "cancelled" if minute == 4 else "completed"
        a_fire(often, begin + timedelta(minutes=minute), status=status)
    a_fire(often, begin + timedelta(hours=1), "skipped", reason="It still runs.")
    a_fire(often, begin + timedelta(hours=2), "missed", covers=30)
    found = calendar()
    assert entries(found) == [[]] * 7
    assert bands(found) == [
        [],
        [],
        [("Every minute", {"failed": 1, "cancelled": 1, "launched": 18, "skipped": 1, "missed": 30})],
        [("Every minute", {"due": 11 * 60 + 29})],
        *[[("Every minute", {"due": 1440})]] * 3,
    ]


def test_an_hourly_one_is_a_band_of_the_week_and_listed_on_a_day() -> None:
    a_schedule("0 * * * *", planned_at=NOW)
    friday = date(2026, 11, 27)
    assert bands(calendar())[4] == [("Every minute", {"due": 24})]
    assert len(entries(calendar(friday, 1))[0]) == 24


@pytest.mark.parametrize(
    ("zone", "day", "hours", "due"),
    [
        ("Europe/Berlin", date(2027, 3, 28), 23, 23),
        ("Europe/Berlin", date(2026, 10, 25), 25, 25),
        ("Australia/Lord_Howe", date(2027, 4, 4), 24.5, 24),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5, 24),
        ("America/Havana", date(2027, 3, 14), 23, 23),  # midnight itself is skipped
    ],
)
def test_a_day_is_as_long_as_the_clock_on_the_wall_has_it(
    zone: str, day: date, hours: float, due: int
) -> None:
    before = datetime(2026, 9, 1, tzinfo=UTC)
    a_schedule("0 * * * *", timezone=zone, planned_at=before)
    found = calendar(day, 1, zone, before)
    assert found.days[0].hours == hours
    assert len(found.entries[0]) == due
    assert all(found.days[0].start <= entry.at < found.days[0].end for entry in found.entries[0])


def test_a_due_time_stands_on_the_day_that_the_viewer_has() -> None:
    a_schedule("30 23 * * *", planned_at=NOW, timezone="UTC")
    friday = 4
    assert entries(calendar(zone="Asia/Tokyo"))[friday] == [("08:30", "due")]
    assert entries(calendar(zone="America/New_York"))[friday] == [("18:30", "due")]


def test_bounds_of_a_schedule_hold_for_what_is_ahead() -> None:
    a_schedule("0 3 * * *", planned_at=NOW, name="ends", ends_at=datetime(2026, 11, 28, tzinfo=UTC))
    a_schedule("0 4 * * *", planned_at=NOW, name="used up", max_executions=7, executions_count=5)
    a_schedule("0 5 * * *", planned_at=NOW, name="paused", enabled=False)
    a_schedule("*/5 * * * *", planned_at=NOW, name="often", max_executions=200)
    Schedule.objects.create(name="broken", agent_id="backup", cron_expression="61 * * * *")
    Schedule.objects.filter(name="broken").update(next_due=NOW, next_run=NOW)
    found = calendar()
    assert entries(found)[4:] == [[("03:00", "due"), ("04:00", "due")], [("04:00", "due")], []]
    assert [sum(counts.values()) for day in bands(found) for _, counts in day] == [137, 63]
    assert found.paused == 1
    assert entries(calendar(MONDAY + timedelta(days=7))) == [[]] * 7


def test_a_disabled_agent_is_said_of_what_is_due() -> None:
    a_schedule("0 3 * * *", planned_at=NOW, agent=an_agent("off", enabled=False))
    assert entries(calendar())[4] == [("03:00", "disabled")]


def test_who_else_is_due_in_the_same_minute_is_counted_ahead_and_not_behind() -> None:
    for name, agent in (("a", an_agent()), ("b", None), ("c", an_agent("other"))):
        one = a_schedule("0 3 * * *", planned_at=NOW, name=name, **({"agent": agent} if agent else {}))
        a_fire(one, datetime(2026, 11, 24, 3, tzinfo=UTC))
    found = calendar()
    assert [(each.schedule.name, each.together, each.same_agent) for each in found.entries[4]] == [
        ("a", 2, 1), ("b", 2, 1), ("c", 2, 0)
    ]  # fmt: skip
    assert {each.together for each in found.entries[1]} == {0}


def test_it_is_narrowed_to_an_agent_a_node_or_a_schedule() -> None:
    at = datetime(2026, 11, 24, 3, tzinfo=UTC)
    one = a_schedule("0 3 * * *", planned_at=NOW, name="one")
    two = a_schedule("0 3 * * *", planned_at=NOW, name="two", agent=an_agent("other"), node_ids=["attic"])
    a_fire(one, at)  # on localhost, though it names no node
    a_fire(two, at, node_id="attic")

    def shown(wanted: Wanted) -> list[list[str]]:
        found = calendar(wanted=wanted).entries
        return [[each.schedule.name for each in found[day]] for day in (1, 5)]

    assert shown(Wanted()) == [["one", "two"], ["one", "two"]]
    assert shown(Wanted(agent_type="other")) == [["two"], ["two"]]
    assert shown(Wanted(schedule=one.pk)) == [["one"], ["one"]]
    assert shown(Wanted(node="attic")) == [["two"], ["one", "two"]]  # the first may run anywhere
    assert shown(Wanted(node="localhost")) == [["one"], ["one"]]
    assert shown(Wanted(agent_type="nobody")) == [[], []]


def test_where_there_are_too_many_the_rarest_are_listed_and_it_is_said() -> None:
    many(MOST_ENTRIES // 2, 0, an_agent())
    found = calendar(MONDAY + timedelta(days=7))
    assert 0 < sum(map(len, found.entries)) <= MOST_ENTRIES
    assert {entry.schedule.cron_expression for day in found.entries for entry in day} <= {
        "0 3 * * *", "30 4 * * MON-FRI"
    }  # fmt: skip
    assert "more than 1,500 due times" in found.notes[0]
    assert found.counts[Outcome.DUE] > MOST_ENTRIES
