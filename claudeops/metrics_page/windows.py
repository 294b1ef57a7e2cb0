"""Which stretch of time curves show: the last hours or days, or any other; and what lies beside it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from system.errors import Invalid
from system.metric_series import LONGEST_SPAN

PRESETS = {
    "1h": ("1 hour", timedelta(hours=1)),
    "6h": ("6 hours", timedelta(hours=6)),
    "24h": ("24 hours", timedelta(hours=24)),
    "7d": ("7 days", timedelta(days=7)),
    "30d": ("30 days", timedelta(days=30)),
    "90d": ("90 days", timedelta(days=90)),
    "year": ("Year", timedelta(days=365)),
}
USUAL = "24h"
SHORTEST = timedelta(minutes=10)
PARTS = 12  # of a chart, each of which a click zooms to
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@dataclass(frozen=True)
class Window:
    """Half-open. `preset` is empty for moments that somebody named; with one it moves on with the time."""

    begin: datetime
    end: datetime
    preset: str = ""

    @property
    def span(self) -> timedelta:
        return self.end - self.begin

    @property
    def query(self) -> dict[str, str]:
        if self.preset:
            return {} if self.preset == USUAL else {"range": self.preset}
        return {"from": link_moment(self.begin), "to": link_moment(self.end)}

    def part(self, number: int) -> "Window":
        return self._about(self.begin + self.span * (2 * number + 1) / (2 * PARTS), self.span / PARTS)

    def moved(self, share: float) -> "Window":
        return Window(self.begin + self.span * share, self.end + self.span * share)

    def zoomed(self, factor: float) -> "Window":
        """About its middle; but one that ends now goes on to do so."""
        span = min(max(self.span * factor, SHORTEST), LONGEST_SPAN)
        if self.preset:
            return Window(self.end - span, self.end)
        return self._about(self.begin + self.span / 2, span)

    def _about(self, middle: datetime, span: timedelta) -> "Window":
        span = max(span, SHORTEST)
        return Window(middle - span / 2, middle + span / 2)


def read_window(asked: Mapping[str, str], now: datetime) -> Window:
    """By `range`, or by `from` and `to`: moments, or days, the last of them whole. Raises Invalid."""
    name = asked.get("range", "")
    if name or not (asked.get("from") or asked.get("to")):
        return preset_window(name or USUAL, now)
    end = _moment("to", asked["to"], is_end=True) if asked.get("to") else now
    begin = _moment("from", asked["from"]) if asked.get("from") else end - PRESETS[USUAL][1]
    if end <= begin:
        raise Invalid(f"{_said(end)} is not after {_said(begin)}.", field="to")
    if end - begin > LONGEST_SPAN:
        raise Invalid(f"More than {LONGEST_SPAN.days} days cannot be shown at once.", field="from")
    return Window(begin, max(end, begin + SHORTEST))


def preset_window(name: str, now: datetime) -> Window:
    if name not in PRESETS:
        raise Invalid(f"There is no range {name[:40]!r}; there are {', '.join(PRESETS)}.", field="range")
    return Window(now - PRESETS[name][1], now, name)


def link_moment(moment: datetime) -> str:
    """To the second, which is finer than any sample."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(name: str, text: str, *, is_end: bool = False) -> datetime:
    """One without an offset, as a browser's field gives it, is in TIME_ZONE."""
    if _DAY.fullmatch(text):
        text += "T00:00"
    else:
        is_end = False
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or not 1990 <= moment.year <= 2200:
        raise Invalid(f"{text[:40]!r} is no time; one looks like 2026-11-26T14:30.", field=name)
    if is_end:
        moment += timedelta(days=1)
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _said(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"
