"""Which days the page about money shows, and with which it compares them."""

from datetime import date

import pytest

from claudeops.costs_page.chart import buckets_of
from claudeops.costs_page.spans import DAY, Span, preset_span, read_span
from system.errors import Invalid

TODAY = date(2026, 11, 26)


def days(span: Span) -> tuple[str, str]:
    return str(span.first), str(span.last)


@pytest.mark.parametrize(
    ("name", "shown", "before"),
    [
        ("this-month", ("2026-11-01", "2026-11-26"), ("2026-10-01", "2026-10-26")),
        ("last-month", ("2026-10-01", "2026-10-31"), ("2026-09-01", "2026-09-30")),
        ("7d", ("2026-11-20", "2026-11-26"), ("2026-11-13", "2026-11-19")),
        ("30d", ("2026-10-28", "2026-11-26"), ("2026-09-28", "2026-10-27")),
        ("90d", ("2026-08-29", "2026-11-26"), ("2026-05-31", "2026-08-28")),
        ("year", ("2025-11-27", "2026-11-26"), ("2024-11-27", "2025-11-26")),
    ],
)
def test_a_preset_ends_today_and_has_days_before(
    name: str, shown: tuple[str, str], before: tuple[str, str]
) -> None:
    span = preset_span(name, TODAY)
    assert (days(span), days(span.before)) == (shown, before)


@pytest.mark.parametrize(
    ("today", "before"),
    [
        (date(2026, 3, 1), ("2026-02-01", "2026-02-01")),
        (date(2026, 3, 30), ("2026-02-01", "2026-02-28")),  # there is no 30th
        (date(2026, 2, 28), ("2026-01-01", "2026-01-31")),  # a whole month with a whole one
        (date(2026, 1, 5), ("2025-12-01", "2025-12-05")),
    ],
)
def test_a_month_is_compared_with_the_same_days_of_the_one_before(
    today: date, before: tuple[str, str]
) -> None:
    assert days(preset_span("this-month", today).before) == before


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({}, ("2026-11-01", "2026-11-26")),
        ({"from": "2026-11-03", "to": "2026-11-05"}, ("2026-11-03", "2026-11-05")),
        ({"from": "2026-11-03"}, ("2026-11-03", "2026-11-26")),
        ({"to": "2026-09-05"}, ("2026-09-01", "2026-09-05")),
        ({"range": "7d", "from": "2020-01-01"}, ("2026-11-20", "2026-11-26")),
    ],
)
def test_a_link_names_a_preset_or_days(asked: dict[str, str], shown: tuple[str, str]) -> None:
    span = read_span(asked, TODAY)
    assert days(span) == shown
    assert read_span(span.query, TODAY) == span, "its own link leads to it again"


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"range": "fortnight"}, "There is no range 'fortnight'; there are this-month,"),
        ({"from": "yesterday"}, "'yesterday' is no day; one looks like 2026-11-26."),
        ({"from": "2026-02-30"}, "no day"),
        ({"from": "2026-11-05", "to": "2026-11-03"}, "2026-11-03 is before 2026-11-05."),
        ({"from": "2020-01-01"}, "at most 732"),
        ({"from": "0001-01-01", "to": "0001-01-02"}, "not a day"),
    ],
)
def test_what_makes_no_sense_is_told(asked: dict[str, str], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        read_span(asked, TODAY)


@pytest.mark.parametrize(
    ("count", "unit", "bars"), [(1, "day", 1), (100, "day", 100), (101, "week", 15), (732, "month", 25)]
)
def test_many_days_are_put_together(count: int, unit: str, bars: int) -> None:
    span = Span(TODAY - (count - 1) * DAY, TODAY)
    buckets = buckets_of(span.days)
    assert (buckets.unit, len(buckets.starts)) == (unit, bars)
    assert buckets.starts[0] == span.first
    assert buckets.end_of(buckets.starts[-1]) == span.after
    for start, following in zip(buckets.starts, buckets.starts[1:], strict=False):
        assert buckets.end_of(start) == following, "every day is in one bar"
