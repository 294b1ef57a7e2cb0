"""Duties of the clock: what is done again and again, and never stops the others."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Again:
    """What a duty returns that knows when it is needed next, if that is before its usual time."""

    seconds: float


@dataclass
class Duty:
    """`next_at` is a reading of time.monotonic(); a duty that took too long is not made up for."""

    name: str
    every_s: float
    run: Callable[[], object]
    next_at: float = 0.0

    def is_due(self, now: float) -> bool:
        return now >= self.next_at

    def plan(self, now: float, result: object = None) -> None:
        due = self.next_at + self.every_s
        self.next_at = due if due > now else now + self.every_s
        if isinstance(result, Again):
            self.next_at = min(self.next_at, now + max(0.0, result.seconds))

    def perform(self) -> None:
        result: object = None
        try:
            result = self.run()
        except Exception:
            # The other duties must go on, whatever is wrong with this one; a broken connection is made anew.
            logger.exception("the clock's duty %r failed; it is tried again in %g s", self.name, self.every_s)
            connection.close()
        self.plan(time.monotonic(), result)


@dataclass
class Lane:
    """Duties that may wait for one another: one thread, with a database connection of its own.

    `turned_at` is a reading of time.monotonic(): when it last looked at what is due.
    """

    name: str
    duties: list[Duty]
    turned_at: float = 0.0

    def run(self) -> None:
        """For ever."""
        now = time.monotonic()
        for duty in self.duties:
            duty.next_at = now
        while True:
            self.turned_at = time.monotonic()
            for duty in self.duties:
                if duty.is_due(time.monotonic()):
                    duty.perform()
            time.sleep(max(0.0, min(duty.next_at for duty in self.duties) - time.monotonic()))
