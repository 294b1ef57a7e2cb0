"""One place that says "stop" to everything a run is doing, and why."""

import threading
from enum import StrEnum


class StopReason(StrEnum):
    CANCELLED = "cancelled"  # a person asked
    DEADLINE = "deadline"  # max_duration_ms of the execution has passed
    FENCED = "fenced"  # the lease is not ours any more: nothing may be written


class Stop:
    """Set once, from any thread; the first reason stays."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self.reason: StopReason | None = None

    def request(self, reason: StopReason) -> None:
        with self._lock:
            if self.reason is None:
                self.reason = reason
        self._event.set()

    def is_set(self) -> bool:
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """Sleep for up to `seconds`; True as soon as a stop is asked for."""
        return self._event.wait(seconds)
