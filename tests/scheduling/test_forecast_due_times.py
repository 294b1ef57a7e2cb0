"""How often a cron expression is due between two moments: as walked, and without walking where it can."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from scheduling.cron import Cron

EXPRESSIONS = [
    "* * * * *", "*/7 */3 * * *", "30 2 * * *", "15,45 2 * * *", "15,45 23 * * *", "0 0 * * *", "0 3 1 * 1",
    "5 4 * * 1-5", "0 12 L * *", "59 23 31 * *", "0,30 1 * * *", "10 */2 * * *", "0 9 * 4,11 MON#1",
    "0,30 0,23 * * *",
]  # fmt: skip
ZONES = [
    "UTC", "America/New_York", "Australia/Lord_Howe", "Pacific/Chatham", "America/Nuuk", "Africa/Casablanca",
    "Europe/Dublin", "Asia/Kolkata",
]  # fmt: skip


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("month", [2, 3, 4, 10, 11])
def test_it_counts_what_it_would_walk(zone: str, month: int) -> None:
    for number, expression in enumerate(EXPRESSIONS):
        after = datetime(2026, month, 1, tzinfo=UTC) + number * timedelta(
            days=1, hours=5, minutes=7, seconds=3
        )
        before = datetime(2026, month + 1, 1, 15 - number, tzinfo=UTC)
        cron = Cron.read(expression, zone)
        walked = list(cron.due_between(after, before))
        assert cron.count_between(after, before) == len(walked) == len(set(walked)), expression


def test_the_hour_that_is_skipped() -> None:
    cron = Cron.read("15,45 2 * * *", "America/New_York")
    midnight = datetime(2026, 3, 8, 5, tzinfo=UTC)
    due = list(cron.due_between(midnight, midnight + timedelta(hours=23)))
    assert due == [datetime(2026, 3, 8, 7, tzinfo=UTC)]  # 03:00 there, and once


def test_the_hour_that_comes_twice() -> None:
    cron = Cron.read("30 1 * * *", "America/New_York")
    midnight = datetime(2026, 11, 1, 4, tzinfo=UTC)
    due = list(cron.due_between(midnight, midnight + timedelta(hours=25)))
    assert due == [datetime(2026, 11, 1, 5, 30, tzinfo=UTC)]
    hourly = Cron.read("0 * * * *", "America/New_York")
    assert hourly.count_between(midnight, midnight + timedelta(hours=25)) == 24  # both ends left out


def test_a_change_of_half_an_hour_or_less() -> None:
    """Chatham goes from 03:45 back to 02:45 at 14:00 UTC of 4 April 2026, Lord Howe from 02:00 to 01:30."""
    chatham = Cron.read("42 */3 * * *", "Pacific/Chatham")
    start = datetime(2026, 4, 4, 11, tzinfo=UTC)
    due = list(chatham.due_between(start, start + timedelta(hours=7)))
    assert due == [datetime(2026, 4, 4, 13, 57, tzinfo=UTC), datetime(2026, 4, 4, 14, 57, tzinfo=UTC),
                   datetime(2026, 4, 4, 17, 57, tzinfo=UTC)]  # fmt: skip
    lord_howe = Cron.read("40 1-2 * * *", "Australia/Lord_Howe")
    start = datetime(2026, 4, 4, 13, tzinfo=UTC)
    due = list(lord_howe.due_between(start, start + timedelta(hours=6)))
    assert due == [datetime(2026, 4, 4, 14, 40, tzinfo=UTC), datetime(2026, 4, 4, 16, 10, tzinfo=UTC)]


def test_a_midnight_that_is_skipped() -> None:
    start = datetime(2026, 3, 28, 12, tzinfo=UTC)  # Beirut goes from 00:00 to 01:00 at 22:00 UTC
    at_midnight = Cron.read("0 0 * * *", "Asia/Beirut")
    assert list(at_midnight.due_between(start, start + timedelta(hours=24))) == [start.replace(hour=22)]
    at_one = Cron.read("*/30 1 * * *", "Asia/Beirut")
    assert at_one.count_between(start, start + timedelta(hours=24)) == 2


def test_an_empty_or_upside_down_range_has_none() -> None:
    now = datetime(2026, 6, 16, 12, 30, 30, tzinfo=UTC)
    cron = Cron.read("* * * * *", "UTC")
    assert (cron.count_between(now, now), cron.count_between(now, now - timedelta(days=3))) == (0, 0)
    assert cron.count_between(now, now + timedelta(seconds=30)) == 1 - 1
    assert cron.count_between(now, now + timedelta(seconds=31)) == 1


def test_each_minute_of_a_month_takes_no_time() -> None:
    cron = Cron.read("* * * * *", "America/New_York")
    began = time.process_time()
    found = cron.count_between(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
    assert found == 31 * 1440 - 1
    assert time.process_time() - began < 1
