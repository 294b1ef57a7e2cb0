"""When a job of the house is due. Times are UTC; two aware times of one zone would compare by the wall."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone


@dataclass(frozen=True)
class Daily:
    """Once each day in TIME_ZONE, at `at`: the first of two, and where the day has none, as long after it."""

    at: time

    def __str__(self) -> str:
        return f"daily at {self.at:%H:%M}"

    def last_due(self, now: datetime) -> datetime:
        today = timezone.localdate(now)
        due = self._on(today)
        return due if due <= now else self._on(today - timedelta(days=1))

    def _on(self, day: date) -> datetime:
        return timezone.make_aware(datetime.combine(day, self.at)).astimezone(UTC)


@dataclass(frozen=True)
class Every:
    """At each multiple of `minutes` since 1970 in UTC, whatever the clocks of a zone do."""

    minutes: int

    def __str__(self) -> str:
        hours, minutes = divmod(self.minutes, 60)
        many, unit = (self.minutes, "minute") if minutes else (hours, "hour")
        return f"every {unit}" if many == 1 else f"every {many} {unit}s"

    def last_due(self, now: datetime) -> datetime:
        seconds = self.minutes * 60
        return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)


When = Daily | Every
