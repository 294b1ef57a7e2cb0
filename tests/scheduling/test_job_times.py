"""A daily job has one due time each day, whatever the clocks do; one of minutes never pauses."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from django.utils import timezone
from pytest_django import Settings

from scheduling.job_times import Daily, Every, When
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


def test_it_is_told_in_words() -> None:
    assert [str(when) for when in (Daily(time(2, 5)), Every(1), Every(45), Every(60), Every(180))] == [
        "daily at 02:05", "every minute", "every 45 minutes", "every hour", "every 3 hours",
    ]  # fmt: skip
