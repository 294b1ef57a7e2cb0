"""The calendar window that a budget is in: days, weeks and months of TIME_ZONE, half-open."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone

from costs.models import Period


@dataclass(frozen=True)
class Window:
    """`first` is in it, `after` is the first day that is not."""

    first: date
    after: date

    @property
    def start(self) -> datetime:
        return _midnight(self.first)

    @property
    def resets_at(self) -> datetime:
        return _midnight(self.after)


def window_of(period: str, at: datetime) -> Window | None:
    """The one that `at` lies in; None for a budget of each execution, which nothing resets."""
    today = timezone.localtime(at).date()
    match period:
        case Period.DAY:
            return Window(today, today + timedelta(days=1))
        case Period.WEEK:
            monday = today - timedelta(days=today.weekday())
            return Window(monday, monday + timedelta(days=7))
        case Period.MONTH:
            first = today.replace(day=1)
            return Window(first, (first + timedelta(days=31)).replace(day=1))
    return None


def _midnight(day: date) -> datetime:
    """In UTC, as a clock that skips midnight equals no other; where there are two, the first."""
    return timezone.make_aware(datetime.combine(day, time())).astimezone(UTC)
