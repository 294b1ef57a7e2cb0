"""The calendar window that a budget is in: days, weeks and months of TIME_ZONE, half-open."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from costs.models import Period
from costs.months import month_of
from system.days import start_of


@dataclass(frozen=True)
class Window:
    """`first` is in it, `after` is the first day that is not."""

    first: date
    after: date

    @property
    def start(self) -> datetime:
        return start_of(self.first)

    @property
    def resets_at(self) -> datetime:
        return start_of(self.after)


def window_of(period: str, at: datetime) -> Window | None:
    """The one that `at` lies in; None for a budget of each execution, which nothing resets."""
    today = timezone.localdate(at)
    match period:
        case Period.DAY:
            return Window(today, today + timedelta(days=1))
        case Period.WEEK:
            monday = today - timedelta(days=today.weekday())
            return Window(monday, monday + timedelta(days=7))
        case Period.MONTH:
            month = month_of(at)
            return Window(month.first_day, month.next_day)
    return None
