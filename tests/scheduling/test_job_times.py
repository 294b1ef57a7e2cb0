"""A daily job has one due time each day, whatever the clocks do; one of minutes never pauses."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from django.utils import timezone
from pytest_django import Settings

from scheduling.job_times import Daily, Every, Weekly, When
from tests.scheduling.jobs import at

MINUTE = timedelta(minutes=1)
# The days around a change of the clocks, and the time of day that is not there, or there twice.
CHANGES = [
    ("America/New_York", date(2026, 3, 8), time(2, 30)),
    ("America/New_York", date(2026, 11, 1), time(1, 30)),
    ("Europe/Berlin", date(2027, 3, 28), time(2, 30)),
    ("Europe/Berlin", date(2026, 10, 25), time(2, 30)),
    ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15)),
    ("Australia/Lord_Howe", date(2027, 4, 4), time(1, 45)),
    ("America/Santiago", date(2026, 9, 6), time(0, 0)),
    ("America/Santiago", date(2027, 4, 3), time(23, 30)),
    ("Pacific/Chatham", date(2026, 9, 27), time(2, 50)),
]


def dues(when: When, first: datetime, hours: int) -> list[datetime]:
    """What a clock that looks every minute finds due, each once."""
    found = {when.last_due(first + number * MINUTE) for number in range(hours * 60)}
    return sorted(due for due in found if due > first)


@pytest.mark.parametrize(("zone", "day", "wall"), CHANGES)
def test_a_day_with_a_change_has_one_due_time(settings: Settings, zone: str, day: date, wall: time) -> None:
    settings.TIME_ZONE = zone
    before = timezone.make_aware(datetime.combine(day - timedelta(days=1), time(12)))
    found = dues(Daily(wall), before.astimezone(at("2026-01-01").tzinfo), 72)
    days = [timezone.localdate(due) for due in found]
    assert day in days
    assert days == [days[0] + timedelta(days=number) for number in range(3)]


def test_a_time_that_is_not_there_comes_as_long_after_it(settings: Settings) -> None:
    settings.TIME_ZONE = "America/New_York"
    assert Daily(time(2, 30)).last_due(at("2026-03-08T12:00")) == at("2026-03-08T07:30")  # 03:30 on the wall


def test_of_a_time_that_is_there_twice_the_first_counts(settings: Settings) -> None:
    settings.TIME_ZONE = "America/New_York"
    daily = Daily(time(1, 30))
    assert daily.last_due(at("2026-11-01T05:29")) == at("2026-10-31T05:30")
    assert daily.last_due(at("2026-11-01T05:30")) == at("2026-11-01T05:30")
    assert daily.last_due(at("2026-11-01T06:45")) == at("2026-11-01T05:30")


def test_every_so_many_minutes_goes_on_through_a_change(settings: Settings) -> None:
    settings.TIME_ZONE = "America/New_York"
    found = dues(Every(90), at("2026-11-01T00:00"), 24)
    assert {later - earlier for earlier, later in pairwise(found)} == {timedelta(minutes=90)}
    assert len(found) == 15


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-22T03:29", "2026-11-15T03:30"),  # the Sunday itself, before the time
        ("2026-11-22T03:30", "2026-11-22T03:30"),
        ("2026-11-23T00:00", "2026-11-22T03:30"),
        ("2026-11-28T23:59", "2026-11-22T03:30"),
        ("2026-11-29T04:00", "2026-11-29T03:30"),
    ],
)
def test_a_weekly_one_is_due_on_its_day(now: str, due: str) -> None:
    assert Weekly(6, time(3, 30)).last_due(at(now)) == at(due)


def test_a_weekly_one_has_one_due_time_a_week_through_a_change(settings: Settings) -> None:
    settings.TIME_ZONE = "America/New_York"
    found = dues(Weekly(6, time(2, 30)), at("2026-03-02T00:00"), 24 * 14)  # 2:30 is not there on 8 March
    assert found == [at("2026-03-08T07:30"), at("2026-03-15T06:30")]


def test_it_is_told_in_words() -> None:
    assert str(Weekly(6, time(3, 30))) == "Sundays at 03:30"
    assert [str(when) for when in (Daily(time(2, 5)), Every(1), Every(45), Every(60), Every(180))] == [
        "daily at 02:05", "every minute", "every 45 minutes", "every hour", "every 3 hours",
    ]  # fmt: skip


@pytest.mark.parametrize("when", [Daily(time(2, 30)), Daily(time(0)), Weekly(6, time(3, 30)), Every(90)])
@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Australia/Lord_Howe"])
def test_what_is_due_next_is_due_when_it_has_come(settings: Settings, when: When, zone: str) -> None:
    settings.TIME_ZONE = zone
    now = at("2026-03-01T00:00")
    for _ in range(60):  # days, over a change of the clocks
        due = when.next_due(now)
        assert due > now
        assert when.last_due(due) == due
        assert when.last_due(due - timedelta(microseconds=1)) <= now
        now = max(now + timedelta(hours=17), due)
