"""Calendar days in TIME_ZONE, and the moments at which they begin."""

from datetime import UTC, date, datetime, time

from django.utils import timezone


def start_of(day: date) -> datetime:
    """Its first moment, in UTC: a clock that skips midnight equals no other. Of two, the first one."""
    return timezone.make_aware(datetime.combine(day, time())).astimezone(UTC)
