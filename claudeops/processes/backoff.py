import time

FIRST_SECONDS = 0.5
LONGEST_SECONDS = 30.0
WELL_AFTER_SECONDS = 60.0


class Backoff:
    """How long what ended waits before it is started again: half a second, doubled up to half a minute."""

    def __init__(self) -> None:
        self._wait_s = FIRST_SECONDS
        self._started_at = 0.0
        self._due_at = 0.0

    def started(self) -> None:
        self._started_at = time.monotonic()

    def ended(self) -> float:
        """The wait from now on; the shortest again for what had been well for a minute."""
        now = time.monotonic()
        if now - self._started_at >= WELL_AFTER_SECONDS:
            self._wait_s = FIRST_SECONDS
        wait_s, self._wait_s = self._wait_s, min(2 * self._wait_s, LONGEST_SECONDS)
        self._due_at = now + wait_s
        return wait_s

    def seconds_left(self) -> float:
        return max(0.0, self._due_at - time.monotonic())

    def is_due(self) -> bool:
        return self.seconds_left() == 0
