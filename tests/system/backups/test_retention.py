"""Which backups stay: of days, weeks and months the newest, over two years of dates."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone
from pydantic import ValidationError
from pytest_django import Settings

from system.backups.policy import Retention
from system.backups.retention import Candidate, Verdict, judge_backups

FIRST, LAST = date(2025, 1, 1), date(2026, 12, 31)
DEFAULT = Retention()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def nightly(day: date) -> Candidate:
    moment = datetime(day.year, day.month, day.day, 2, 30, tzinfo=UTC)
    return Candidate(day.isoformat(), moment)


def days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def kept(backups: list[Candidate], policy: Retention = DEFAULT, now: datetime | None = None) -> list[str]:
    now = now or max(backup.created_at for backup in backups)
    return [verdict.name for verdict in judge_backups(backups, policy, now) if verdict.is_kept]


def test_two_years_of_nights_as_they_pass() -> None:
    """Judged each night, with what was not kept gone for good; the last night against a list by hand."""
    there: list[Candidate] = []
    for day in days(FIRST, LAST):
        there.append(nightly(day))
        names = set(kept(there))
        there = [backup for backup in there if backup.name in names]
        assert day.isoformat() in names
        assert len(names) <= 7 + 4 + 12
        week_ago = max(FIRST, day - timedelta(days=6))
        assert {each.isoformat() for each in days(week_ago, day)} <= names
    assert sorted(names, reverse=True) == [
        # the last seven days
        "2026-12-31", "2026-12-30", "2026-12-29", "2026-12-28", "2026-12-27", "2026-12-26", "2026-12-25",
        # the Sundays that end the two weeks before; this week and the last have their newest above
        "2026-12-20", "2026-12-13",
        # the ends of the eleven months before
        "2026-11-30", "2026-10-31", "2026-09-30", "2026-08-31", "2026-07-31", "2026-06-30", "2026-05-31",
        "2026-04-30", "2026-03-31", "2026-02-28", "2026-01-31",
    ]  # fmt: skip


def test_what_is_judged_once_is_what_is_judged_each_night() -> None:
    at_once = kept([nightly(day) for day in days(FIRST, LAST)])
    assert len(at_once) == 20
    assert at_once[0] == "2026-12-31"


@pytest.mark.parametrize("stop", [date(2025, 3, 1), date(2026, 2, 28), date(2026, 6, 15)])
def test_after_a_gap_of_any_length_nothing_is_lost(stop: date) -> None:
    """Days without a backup count for nothing: a machine that was off for a year keeps what it had."""
    before = [nightly(day) for day in days(FIRST, stop)]
    names = kept(before)
    long_after = at("2028-01-01T12:00")
    assert kept(before, now=long_after) == names
    returned = Candidate("returned", long_after)
    assert names[0] in kept([*before, returned], now=long_after)


def test_of_several_on_a_day_the_newest_counts() -> None:
    day = [Candidate(f"{hour:02}", at(f"2026-11-23T{hour:02}:00")) for hour in range(24)]
    assert kept(day, now=at("2026-11-30T00:00")) == ["23"]


def test_a_day_is_one_of_the_time_zone(settings: Settings) -> None:
    late, early = Candidate("late", at("2026-11-23T04:30")), Candidate("early", at("2026-11-23T05:30"))
    assert kept([late, early], now=at("2026-12-23T00:00")) == ["early"]
    settings.TIME_ZONE = "America/New_York"
    timezone.activate("America/New_York")
    try:
        assert kept([late, early], now=at("2026-12-23T00:00")) == ["early", "late"]
    finally:
        timezone.deactivate()


def test_what_a_person_asked_for_stays_for_the_days() -> None:
    now = at("2026-11-23T12:00")
    asked = [Candidate(f"asked {age}", now - timedelta(days=age, minutes=1), "manual") for age in range(10)]
    nights = [Candidate(f"night {age}", now - timedelta(days=age)) for age in range(10)]
    names = kept([*asked, *nights], Retention(daily=3, weekly=0, monthly=0), now)
    assert sorted(names) == ["asked 0", "asked 1", "asked 2", "night 0", "night 1", "night 2"]


def test_the_newest_good_one_is_never_removed() -> None:
    least = Retention(daily=1, weekly=0, monthly=0)
    good = Candidate("good", at("2024-01-01T00:00"))
    bad = [Candidate(f"bad {day}", at(f"2026-11-{day:02}T00:00"), is_good=False) for day in range(1, 23)]
    assert kept([good, *bad], least, at("2026-11-23T00:00")) == ["bad 22", "good"]


def test_a_bad_one_stands_for_no_day() -> None:
    morning = Candidate("morning", at("2026-11-20T06:00"))
    evening = Candidate("evening", at("2026-11-20T18:00"), is_good=False)
    assert kept([morning, evening], now=at("2026-12-30T00:00")) == ["morning"]


def test_what_another_installation_made_is_left_alone_and_counts_for_nothing() -> None:
    theirs = [
        Candidate(f"theirs {day}", at(f"2020-01-{day:02}T00:00"), is_ours=False) for day in range(1, 29)
    ]
    assert len(kept(theirs, now=at("2026-11-23T00:00"))) == 28
    ours = Candidate("ours", at("2019-01-01T00:00"))
    assert "ours" in kept([*theirs, ours], now=at("2026-11-23T00:00"))


def test_each_verdict_says_why() -> None:
    now = at("2026-11-23T12:00")
    verdicts = judge_backups(
        [
            Candidate("new", at("2026-11-23T02:30")),
            Candidate("twin", at("2026-11-23T01:30")),
            Candidate("asked", at("2026-11-22T10:00"), "manual"),
            Candidate("bad", at("2026-11-21T02:30"), is_good=False),
            Candidate("theirs", at("2026-11-20T02:30"), is_ours=False),
        ],
        Retention(daily=2, weekly=1, monthly=0),
        now,
    )
    assert verdicts == [
        Verdict("new", True, "newest, day 1 of 2, week 1 of 1"),
        Verdict("twin", False, "neither the newest of a day, week or month that is kept, nor asked for"),
        Verdict("asked", True, "day 2 of 2, asked for by a person"),
        Verdict("bad", False, "neither the newest of a day, week or month that is kept, nor asked for"),
        Verdict("theirs", True, "another installation made it"),
    ]


@pytest.mark.parametrize("wrong", [{"daily": 0}, {"weekly": -1}, {"hourly": 3}, {"daily": "7"}])
def test_a_policy_that_would_keep_nothing_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Retention.model_validate(wrong, strict=True)
