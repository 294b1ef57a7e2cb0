"""Which days a page is about: a preset, or two days; and the days before, which they are compared with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from costs.months import month_at
from system.errors import Invalid

DAY = timedelta(days=1)
MOST_DAYS = 732  # two years, a leap year among them
THIS_MONTH = "this-month"
LAST_DAYS = {"7d": 7, "30d": 30, "90d": 90, "year": 365}
PRESETS = {
    THIS_MONTH: "This month",
    "last-month": "Last month",
    "7d": "7 days",
    "30d": "30 days",
    "90d": "90 days",
    "year": "Year",
}


@dataclass(frozen=True)
class Span:
    """Whole days in TIME_ZONE, `last` among them. `preset` is empty for days that somebody named."""

    first: date
    last: date
    preset: str = ""

    @property
    def after(self) -> date:
        return self.last + DAY

    @property
    def count(self) -> int:
        return (self.after - self.first).days

    @property
    def days(self) -> list[date]:
        return [self.first + DAY * number for number in range(self.count)]

    @property
    def before(self) -> "Span":
        """As many days just before; of a month's first days, or all of them, those of the month before."""
        if self.first.day != 1 or self.after > month_at(self.first.year, self.first.month).next_day:
            return Span(self.first - DAY * self.count, self.first - DAY)
        last_month = month_at(*_month_before(self.first))
        is_whole = self.after.day == 1
        last = last_month.next_day - DAY
        return Span(
            last_month.first_day,
            last if is_whole else min(last, last_month.first_day + DAY * (self.count - 1)),
        )

    @property
    def query(self) -> dict[str, str]:
        """What leads here again. A preset moves on with the days, as whoever keeps the link expects."""
        if self.preset:
            return {} if self.preset == THIS_MONTH else {"range": self.preset}
        return {"from": str(self.first), "to": str(self.last)}

    @property
    def words(self) -> str:
        """ "1–26 Nov 2026", "28 Oct – 26 Nov 2026"."""
        if self.first == self.last:
            return f"{self.last:%-d %b %Y}"
        if (self.first.year, self.first.month) == (self.last.year, self.last.month):
            return f"{self.first.day}–{self.last:%-d %b %Y}"
        year = "" if self.first.year == self.last.year else f" {self.first.year}"
        return f"{self.first:%-d %b}{year} – {self.last:%-d %b %Y}"


def read_span(asked: Mapping[str, str], today: date) -> Span:
    """By `range`, or by `from` and `to`, of which either may be left out. Raises Invalid."""
    if name := asked.get("range", ""):
        return preset_span(name, today)
    if not asked.get("from") and not asked.get("to"):
        return preset_span(THIS_MONTH, today)
    last = _day("to", asked.get("to") or str(today))
    first = _day("from", asked.get("from") or str(last.replace(day=1)))
    if last < first:
        raise Invalid(f"{last} is before {first}.", field="to")
    span = Span(first, last)
    if span.count > MOST_DAYS:
        raise Invalid(f"{span.count:,} days are too many; at most {MOST_DAYS} fit.", field="from")
    return span


def preset_span(name: str, today: date) -> Span:
    if name == THIS_MONTH:
        return Span(today.replace(day=1), today, name)
    if name == "last-month":
        month = month_at(*_month_before(today))
        return Span(month.first_day, month.next_day - DAY, name)
    if name in LAST_DAYS:
        return Span(today - DAY * (LAST_DAYS[name] - 1), today, name)
    raise Invalid(f"There is no range {name!r}; there are {', '.join(PRESETS)}.", field="range")


def _month_before(day: date) -> tuple[int, int]:
    before = day.replace(day=1) - DAY
    return before.year, before.month


def _day(name: str, text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Invalid(f"{text[:40]!r} is no day; one looks like 2026-11-26.", field=name) from None
    if not 1990 <= day.year <= 2200:
        raise Invalid(f"{day} is not a day that anything was spent on.", field=name)
    return day
