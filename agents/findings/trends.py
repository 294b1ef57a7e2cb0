"""How a finding goes: in a word, and as a strip of its last thirty days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from agents.models import Finding

DAYS = 30
WEEK = timedelta(days=7)
NEW_FOR = timedelta(days=1)
BACK_FOR = WEEK
# Of the runs of seven days and of the seven before: less of a difference is chance.
FACTOR = 1.5
STEP, GAP = 4, 1  # the width of a day's place; the strip is 20 high
HEIGHT = 20

GONE, NEW, BACK, RISING, FALLING, STEADY = "gone", "new", "back again", "rising", "falling", "steady"
TRENDS = (NEW, BACK, RISING, STEADY, FALLING, GONE)

STRIP = '<svg class="days" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>'
BAR = '<rect class="day day-{}" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>'


def trend_of(finding: Finding, now: datetime) -> str:
    """One of TRENDS, by how many runs found it. Before its second week nothing rises or falls."""
    if not finding.is_active:
        return GONE
    if finding.back_at is not None and now - finding.back_at < BACK_FOR:
        return BACK
    if now - finding.first_seen < NEW_FOR:
        return NEW
    if now - finding.first_seen < 2 * WEEK:
        return STEADY
    return _direction(finding, timezone.localdate(now))


def _direction(finding: Finding, today: date) -> str:
    last, before = (_sum(finding, today - offset) for offset in (timedelta(0), WEEK))
    if last > before * FACTOR:
        return RISING
    return FALLING if last * FACTOR < before else STEADY


def _sum(finding: Finding, last: date) -> int:
    return sum(number for day, number in _each_day(finding, last, WEEK.days))


def _each_day(finding: Finding, last: date, days: int) -> Iterator[tuple[date, int]]:
    for back in range(days - 1, -1, -1):
        day = last - timedelta(days=back)
        yield day, int(finding.days.get(day.isoformat(), 0))


@dataclass(frozen=True)
class Day:
    day: date
    count: int


def days_of(finding: Finding, today: date) -> list[Day]:
    """The last thirty, the oldest first."""
    return [Day(day, count) for day, count in _each_day(finding, today, DAYS)]


def draw_days(finding: Finding, today: date) -> SafeString:
    """A bar for each day on which it was found; the more runs found it, the higher."""
    days = days_of(finding, today)
    top = max((day.count for day in days), default=0) or 1
    found = sum(day.count for day in days)
    words = f"Found by {found:,} runs in {DAYS} days" if found != 1 else f"Found by 1 run in {DAYS} days"
    bars = format_html_join("", BAR, _bars(days, top, finding.severity))
    return format_html(STRIP, STEP * DAYS, HEIGHT, words, bars)


def _bars(days: list[Day], top: int, severity: str) -> Iterator[tuple[object, ...]]:
    for number, day in enumerate(days):
        height = max(3, round(day.count / top * HEIGHT)) if day.count else 1
        look = severity if day.count else "none"
        title = f"{day.day:%a %d %b}: {day.count or 'not found'}"
        yield look, number * STEP, HEIGHT - height, STEP - GAP, height, title
