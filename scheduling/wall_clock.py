"""What the clock on a wall of a zone shows on one day, and at which instants."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class WallDay:
    """A day on which the clock goes by `before` until `changes_at`, and by `after` from then on.

    `start` is its midnight in UTC, as `before` has it. On an ordinary day both are the same.
    """

    start: datetime
    before: timedelta
    after: timedelta
    changes_at: datetime

    @property
    def is_ordinary(self) -> bool:
        return self.before == self.after

    @property
    def changes_by_hours(self) -> bool:
        return not (self.after - self.before) % HOUR

    def instants(self, wall: timedelta) -> list[datetime]:
        """When the clock shows `wall` (since midnight): once, twice in a fold, never in a gap."""
        early = self.start + wall
        if self.is_ordinary:
            return [early]
        late = early + self.before - self.after
        return [early] * (early < self.changes_at) + [late] * (late >= self.changes_at)


@lru_cache(maxsize=4096)
def wall_day(day: date, zone: ZoneInfo) -> WallDay:
    """No zone changes its clocks twice on one day."""
    midnight, end = (datetime.combine(each, time(), zone) for each in (day, day + DAY))
    before, after = _offset(midnight), _offset(end.replace(fold=1))
    start = midnight.replace(tzinfo=UTC) - before
    if before == after:
        return WallDay(start, before, after, start)
    latest = end.replace(tzinfo=UTC) - min(before, after)
    return WallDay(start, before, after, _change(start - DAY, latest, after, zone))


def _change(earlier: datetime, later: datetime, after: timedelta, zone: ZoneInfo) -> datetime:
    """The second from which on the offset is `after`: it is not at `earlier`, and is at `later`."""
    while later - earlier > SECOND:
        middle = earlier + timedelta(seconds=(later - earlier) // SECOND // 2)
        if _offset(middle.astimezone(zone)) == after:
            later = middle
        else:
            earlier = middle
    return later


def _offset(moment: datetime) -> timedelta:
    return moment.utcoffset() or timedelta()
