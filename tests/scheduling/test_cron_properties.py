"""What holds for every expression, zone and moment."""

import contextlib
import re
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

import pytest
from cronsim import CronSim
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.cron import Cron
from scheduling.words import describe
from system.errors import Invalid

START = datetime(2026, 1, 1, tzinfo=UTC)
ZONES = ["UTC", "America/New_York", "Australia/Lord_Howe", "Pacific/Chatham", "Africa/Casablanca",
         "Europe/Dublin", "Asia/Beirut", "America/Havana", "America/Nuuk"]  # fmt: skip


def field(low: int, high: int, *names: str) -> st.SearchStrategy[str]:
    values = st.integers(low, high).map(str) | st.sampled_from(names or (str(low),))
    ranges = st.tuples(st.integers(low, high), st.integers(low, high)).map(sorted)
    bases = st.just("*") | ranges.map(lambda ends: f"{ends[0]}-{ends[1]}")
    steps = st.tuples(bases, st.integers(1, 7)).map(lambda parts: f"{parts[0]}/{parts[1]}")
    return st.lists(st.just("*") | values | bases | steps, min_size=1, max_size=3).map(",".join)


expressions = st.tuples(
    field(0, 59),
    field(0, 23),
    field(1, 31, "L", "LW"),
    field(1, 12, "JAN", "dec"),
    field(0, 7, "MON#1", "5L"),
).map(" ".join)
zones = st.sampled_from(ZONES)
minutes = st.integers(0, 2 * 365 * 1440).map(lambda number: START + timedelta(minutes=number))
moments = minutes | minutes.map(lambda moment: moment + timedelta(seconds=7, microseconds=1))


def read(expression: str, zone: str) -> Cron | None:
    """None for what is never due, such as 31 February."""
    with contextlib.suppress(Invalid):
        return Cron.read(expression, zone)
    return None


@given(expressions, zones, moments)
def test_due_times_go_up_and_every_way_of_asking_agrees(expression: str, zone: str, after: datetime) -> None:
    cron = read(expression, zone)
    if cron is None:
        return
    before = after + timedelta(days=400)
    due = list(islice(cron.due_between(after, before), 50))
    assert all(one < other for one, other in pairwise([after, *due]))
    at = after
    for each in due:
        assert cron.first_after(at) == each
        at = each
    assert cron.count_between(after, at) == max(0, len(due) - 1)
    assert cron.count_between(after, after + timedelta(days=3)) == len(
        list(cron.due_between(after, after + timedelta(days=3)))
    )


@given(expressions, moments)
def test_where_no_clock_changes_it_is_what_cronsim_says(expression: str, after: datetime) -> None:
    cron = read(expression, "UTC")
    if cron is not None:
        due = list(islice(cron.due_between(after, after + timedelta(days=30)), 20))
        assert due == list(islice(CronSim(" ".join(cron.fields.parts[1:]), after), len(due)))


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("expression", ["0 0 * * *", "30 0 * * *", "59 1 * * *", "15 2 * * *", "30 23 * * *"])
def test_a_fixed_time_runs_once_each_day(expression: str, zone: str) -> None:
    due = list(Cron.read(expression, zone).due_between(START, START + timedelta(days=730)))
    assert 729 <= len(due) <= 731
    assert all(timedelta(hours=22) < other - one < timedelta(hours=26) for one, other in pairwise(due))


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("expression", "most"), [("*/15 * * * *", 15), ("0 * * * *", 60), ("30 0-23 * * *", 60)]
)
def test_what_is_hourly_never_pauses(expression: str, most: int, zone: str) -> None:
    """But on Lord Howe, whose clock shows no full hour for an hour and a half when it goes back."""
    due = list(Cron.read(expression, zone).due_between(START, START + timedelta(days=730)))
    pauses = [one for one, other in pairwise(due) if other - one > timedelta(minutes=most)]
    known = zone == "Australia/Lord_Howe" and expression == "0 * * * *"
    assert pauses == [datetime(2026, 4, 4, 14, tzinfo=UTC), datetime(2027, 4, 3, 14, tzinfo=UTC)] * known


@given(expressions)
def test_there_are_words_for_all_of_them(expression: str) -> None:
    if read(expression, "UTC") is not None:
        words = describe(expression)
        assert words != expression
        assert not re.search(" L|#|  ", words)


@given(st.text(max_size=300) | st.text("0123456789*/,-#LW ?@MONJAN", max_size=60))
@settings(max_examples=300)
def test_any_text_is_read_or_refused(text: str) -> None:
    found = complaint_or_cron(text)
    if isinstance(found, Cron):
        assert found.first_after(datetime(2026, 1, 1, tzinfo=UTC))
    else:
        assert found.endswith(".")
        assert found.isprintable()


def complaint_or_cron(text: str) -> str | Cron:
    try:
        return Cron.read(text, "America/New_York")
    except Invalid as refusal:
        return refusal.detail
