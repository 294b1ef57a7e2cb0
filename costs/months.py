"""Calendar months in TIME_ZONE."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from system.days import start_of

MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Month:
    """From `first_day`, up to and without `next_day`."""

    first_day: date
    next_day: date

    @property
    def last_day(self) -> date:
        return self.next_day - timedelta(days=1)

    @property
    def end(self) -> datetime:
        return start_of(self.next_day)

    def days_left(self, now: datetime) -> Decimal:
        """Days until the end: what is left of today, as a part of its own length, and the whole ones."""
        today = timezone.localdate(now)
        tomorrow = today + timedelta(days=1)
        left = _ratio(start_of(tomorrow) - now, start_of(tomorrow) - start_of(today))
        return left + (self.next_day - tomorrow).days


def month_of(now: datetime) -> Month:
    today = timezone.localdate(now)
    return month_at(today.year, today.month)


def month_at(year: int, month: int) -> Month:
    first = date(year, month, 1)
    return Month(first, (first + timedelta(days=31)).replace(day=1))


def month_before(month: Month) -> Month:
    return Month((month.first_day - timedelta(days=1)).replace(day=1), month.first_day)


def _ratio(part: timedelta, whole: timedelta) -> Decimal:
    return Decimal(part // MICROSECOND) / Decimal(whole // MICROSECOND)
