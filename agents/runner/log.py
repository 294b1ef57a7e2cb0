import threading
import time
from datetime import datetime

from django.utils import timezone

from executions.services import Tracker
from executions.services.change import LogLevel

BATCH_LINES = 64
BATCH_SECONDS = 0.1


class LogBuffer:
    """Log lines on their way into the tracker, 64 or 100 ms at a time.

    `add` may be called from any thread; only the run's own thread writes, in `flush` and `flush_if_due`.
    """

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker
        self._lines: list[tuple[str, LogLevel, int | None, datetime]] = []
        self._since = 0.0
        self._lock = threading.Lock()

    def add(self, message: str, level: LogLevel = "info", step_number: int | None = None) -> None:
        with self._lock:
            if not self._lines:
                self._since = time.monotonic()
            self._lines.append((message, level, step_number, timezone.now()))

    def flush_if_due(self) -> None:
        if self._lines and (
            len(self._lines) >= BATCH_LINES or time.monotonic() - self._since >= BATCH_SECONDS
        ):
            self.flush()

    def flush(self) -> None:
        with self._lock:
            lines, self._lines = self._lines, []
        if not lines:
            return
        with self._tracker.batch() as change:
            for message, level, step_number, at in lines:
                change.add_log(message, level, step_number=step_number, at=at)
