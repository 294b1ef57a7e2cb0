"""When a job of the house is due. Times are UTC; two aware times of one zone would compare by the wall."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Daily:
    """Once each day in TIME_ZONE, at `at`: the first of two, and where the day has none, as long after it."""

    at: time

    def __str__(self) -> str:
        return f"daily at {self.at:%H:%M}"

    def last_due(self, now: datetime) -> datetime:
        today = timezone.localdate(now)
        due = self.on(today)
        return due if due <= now else self.on(today - timedelta(days=1))

    def next_due(self, now: datetime) -> datetime:
        today = timezone.localdate(now)
        due = self.on(today)
        return due if due > now else self.on(today + timedelta(days=1))

    def on(self, day: date) -> datetime:
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

    def next_due(self, now: datetime) -> datetime:
        return self.last_due(now) + timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class Weekly:
    """Once each week, on `weekday` (0 is Monday) at `at`, as Daily has it."""

    weekday: int
    at: time

    def __str__(self) -> str:
        return f"{WEEKDAYS[self.weekday]}s at {self.at:%H:%M}"

    def last_due(self, now: datetime) -> datetime:
        today = timezone.localdate(now)
        day = today - timedelta(days=(today.weekday() - self.weekday) % 7)
        due = Daily(self.at).on(day)
        return due if due <= now else Daily(self.at).on(day - timedelta(days=7))

    def next_due(self, now: datetime) -> datetime:
        today = timezone.localdate(now)
        day = today + timedelta(days=(self.weekday - today.weekday()) % 7)
        due = Daily(self.at).on(day)
        return due if due > now else Daily(self.at).on(day + timedelta(days=7))


When = Daily | Weekly | Every
