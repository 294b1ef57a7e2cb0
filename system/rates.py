"""How often who may ask: a bucket that fills again, for each token, user and address.

Where there is Redis all web processes count together, by the minute; else each has buckets of its own.
"""

import math
import threading
import time
from dataclasses import dataclass

from django.conf import settings

from system.errors import DomainError
from system.tallies import add_to

MINUTE = 60.0
MOST_BUCKETS = 20_000
TELL_SECONDS = 1.0


class TooManyRequests(DomainError):
    status = 429
    title = "Too many requests"

    def __init__(self, whose: str, limit: int, wait: float) -> None:
        self.retry_after = max(1, math.ceil(wait))
        super().__init__(f"{whose} may ask {limit} times a minute; try again in {self.retry_after} s.")


@dataclass
class Bucket:
    left: float
    at: float


class Buckets:
    """Each holds `limit` requests, and fills again within a minute."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._buckets: dict[str, Bucket] = {}

    def take(self, key: str, limit: int) -> float:
        """0 where one was left; else the seconds until there is one."""
        now = time.monotonic()
        with self._lock:
            bucket = self._buckets.get(key) or self._new(key, limit, now)
            bucket.left = min(float(limit), bucket.left + (now - bucket.at) * limit / MINUTE)
            bucket.at = now
            if bucket.left < 1.0:
                return (1.0 - bucket.left) * MINUTE / limit
            bucket.left -= 1.0
            return 0.0

    def _new(self, key: str, limit: int, now: float) -> Bucket:
        if len(self._buckets) >= MOST_BUCKETS:  # those that are full again need not be remembered
            self._buckets = {
                name: bucket for name, bucket in self._buckets.items() if now - bucket.at < MINUTE
            }
        return self._buckets.setdefault(key, Bucket(float(limit), now))

    def clear(self) -> None:
        with self._lock:
            self._buckets.clear()


@dataclass
class Window:
    """`told` is what all processes had counted when this one last asked; `untold`, what it has since."""

    minute: float
    told: int = 0
    untold: int = 0
    asked_at: float = 0.0


class SharedWindows:
    """Counts of a minute that all processes share, each of which tells the others once a second."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._windows: dict[str, Window] = {}

    def take(self, key: str, limit: int) -> float:
        """As Buckets.take; what several processes let through in the same second is too much at most."""
        minute, into = divmod(time.time(), MINUTE)
        with self._lock:
            window = self._windows.get(key)
            if window is None or window.minute != minute:
                window = self._new(key, minute)
            window.untold += 1
            untold = window.untold if time.monotonic() - window.asked_at >= TELL_SECONDS else 0
            if untold:
                window.untold, window.asked_at = 0, time.monotonic()
        if untold:
            window.told = add_to(f"rate:{key}:{minute:.0f}", by=untold, for_seconds=2 * MINUTE)
        return MINUTE - into if window.told + window.untold > limit else 0.0

    def _new(self, key: str, minute: float) -> Window:
        if len(self._windows) >= MOST_BUCKETS:
            self._windows = {
                name: window for name, window in self._windows.items() if window.minute == minute
            }
        window = self._windows[key] = Window(minute)
        return window

    def clear(self) -> None:
        with self._lock:
            self._windows.clear()


buckets, shared_windows = Buckets(), SharedWindows()


def check_rate(key: str, limit: int, *, whose: str) -> None:
    """Count a request of `key`. Raises TooManyRequests; never where `limit` is 0."""
    if not limit:
        return
    wait = (shared_windows if settings.REDIS_URL else buckets).take(key, limit)
    if wait:
        raise TooManyRequests(whose, limit, wait)
