"""Quiet hours hold until they end: over midnight, and when the clocks change."""

from datetime import UTC, datetime, time

import pytest

from system.models import NotificationRule, Severity
from system.notifications.quiet_hours import end_of_quiet, let_go_at


def rule(begin: str, end: str, zone: str = "Europe/Berlin") -> NotificationRule:
    return NotificationRule(
        quiet_from=time.fromisoformat(begin), quiet_until=time.fromisoformat(end), quiet_zone=zone
    )


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("begin", "end", "at", "until"),
    [
        # Over midnight; Berlin is one hour ahead of UTC in November.
        ("22:00", "07:00", "2026-11-24T20:59", None),
        ("22:00", "07:00", "2026-11-24T21:00", "2026-11-25T06:00"),
        ("22:00", "07:00", "2026-11-25T03:00", "2026-11-25T06:00"),
        ("22:00", "07:00", "2026-11-25T05:59", "2026-11-25T06:00"),
        ("22:00", "07:00", "2026-11-25T06:00", None),
        # Within a day.
        ("12:00", "14:00", "2026-11-24T12:30", "2026-11-24T13:00"),
        ("12:00", "14:00", "2026-11-24T13:00", None),
        # The clocks go back at 3:00 on 25 October: the night is an hour longer.
        ("22:00", "07:00", "2026-10-24T20:00", "2026-10-25T06:00"),
        # 2:30 comes twice: the first one ends it, and it does not begin again.
        ("22:00", "02:30", "2026-10-25T00:29", "2026-10-25T00:30"),
        ("22:00", "02:30", "2026-10-25T00:30", None),
        ("22:00", "02:30", "2026-10-25T01:15", None),
        ("02:30", "07:00", "2026-10-25T01:15", "2026-10-25T06:00"),
        # The clocks go forward at 2:00 on 29 March: the night is an hour shorter, and there is no 2:30.
        ("22:00", "07:00", "2026-03-28T22:00", "2026-03-29T05:00"),
        ("22:00", "02:30", "2026-03-29T01:15", "2026-03-29T01:30"),
        ("22:00", "02:30", "2026-03-29T01:30", None),
    ],
)
def test_the_end_of_quiet_hours(begin: str, end: str, at: str, until: str | None) -> None:
    assert end_of_quiet(rule(begin, end), utc(at)) == (until and utc(until))


def test_what_is_critical_waits_for_no_morning() -> None:
    night = utc("2026-11-25T01:00")
    quiet = rule("22:00", "07:00")
    assert let_go_at(quiet, Severity.CRITICAL, night) == night
    assert let_go_at(quiet, Severity.WARNING, night) == utc("2026-11-25T06:00")
    assert let_go_at(NotificationRule(), Severity.WARNING, night) == night
