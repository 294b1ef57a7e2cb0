"""When a rule lets its alerts go: quiet hours and digests. Times of the day are those of the rule's zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from system.models import NotificationRule, Severity


def end_of_quiet(rule: NotificationRule, at: datetime) -> datetime | None:
    """When the quiet hours end that `at` lies in; None outside of them.

    They are a span between two moments, of which each night has one: a clock that is put back neither
    repeats nor splits them. A time of day that a change of the clocks leaves out is read with the offset from
    before, as RFC 5545 does.
    """
    if rule.quiet_from is None or rule.quiet_until is None:
        return None
    zone = ZoneInfo(rule.quiet_zone)
    today = at.astimezone(zone).date()
    for day in (today - timedelta(days=1), today):
        start = _moment(day, rule.quiet_from, zone)
        is_over_midnight = rule.quiet_until <= rule.quiet_from
        end = _moment(day + timedelta(days=is_over_midnight), rule.quiet_until, zone)
        if start <= at < end:
            return end
    return None


def _moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)


def let_go_at(rule: NotificationRule, severity: str, ready_at: datetime) -> datetime:
    """When what is ready at `ready_at` may be told: what is critical waits for no morning."""
    if severity == Severity.CRITICAL:
        return ready_at
    return end_of_quiet(rule, ready_at) or ready_at
