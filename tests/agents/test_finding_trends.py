"""How a finding goes, in a word and as a strip."""

from datetime import UTC, datetime, timedelta

import pytest

from agents.findings.trends import HEIGHT, days_of, draw_days, trend_of
from agents.models import Finding

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
TODAY = NOW.date()


def a_finding(days: dict[int, int], *, age: float = 40, **more: object) -> Finding:
    """`days` are how many days ago, and how often it was found then."""
    first = NOW - timedelta(days=age)
    found = {str(TODAY - timedelta(days=ago)): number for ago, number in days.items()}
    return Finding(title="x", severity="warning", first_seen=first, last_seen=NOW, days=found, **more)


WEEKLY = dict.fromkeys(range(14), 4)


@pytest.mark.parametrize(
    ("finding", "trend"),
    [
        (a_finding({0: 3}, age=0.9), "new"),
        (a_finding({0: 3, 1: 1}, age=1.1), "steady"),
        (a_finding(WEEKLY), "steady"),
        (a_finding({**WEEKLY, **dict.fromkeys(range(7), 7)}), "rising"),
        (a_finding({**WEEKLY, **dict.fromkeys(range(7), 2)}), "falling"),
        (a_finding({**WEEKLY, **dict.fromkeys(range(7), 5)}), "steady"),
        (a_finding(dict.fromkeys(range(7), 1)), "rising"),
        (a_finding({}), "steady"),
        (a_finding(WEEKLY, regressions=1, back_at=NOW - timedelta(days=6)), "back again"),
        (a_finding(WEEKLY, regressions=1, back_at=NOW - timedelta(days=8)), "steady"),
        (a_finding({0: 1}, age=0.1, regressions=1, back_at=NOW), "back again"),
        (a_finding({0: 1}, age=0.1, state="resolved"), "gone"),
        (a_finding({0: 1}, age=0.1, state="acknowledged"), "new"),
    ],
)
def test_the_word(finding: Finding, trend: str) -> None:
    assert trend_of(finding, NOW) == trend


def test_thirty_days_of_which_those_before_are_left_out() -> None:
    days = days_of(a_finding({0: 2, 29: 1, 30: 9}), TODAY)
    assert len(days) == 30
    assert (days[0].count, days[-1].count, sum(day.count for day in days)) == (1, 2, 3)


def test_the_strip_has_a_bar_for_each_day_and_says_what_it_shows() -> None:
    strip = draw_days(a_finding({0: 4, 1: 1}), TODAY)
    assert 'aria-label="Found by 5 runs in 30 days"' in strip
    assert strip.count("<rect") == 30
    assert strip.count("day-warning") == 2
    assert f'height="{HEIGHT}"' in strip
    assert "Thu 26 Nov: 4" in strip
    assert 'aria-label="Found by 1 run in 30 days"' in draw_days(a_finding({0: 1}), TODAY)
