"""Whether the cluster works: read from the rows, never from what the cluster says of itself."""

import time
from enum import StrEnum

from django.conf import settings

from claudeops.processes.messages import waiting_messages
from executions.models import Execution
from scheduling.job_runs import job_owners

# An idle cluster is started anew without harm, so sooner than one that is at work.
_IDLE_STALL_SECONDS = 10.0


class Remedy(StrEnum):
    NONE = "none"
    RING_AGAIN = "ring again"  # deliver the messages once more: whoever had taken them may be dead
    RESTART = "restart"


def running_owners(owner: str) -> list[str]:
    """The workers of `owner` that run an execution or a job now."""
    running = Execution.objects.running().filter(lease_owner__startswith=f"{owner}/")
    return [*running.values_list("lease_owner", flat=True), *job_owners(f"{owner}/")]


class StallWatch:
    """Notices work that is due while a worker is free, and that nobody begins."""

    def __init__(self, node: str, owner: str) -> None:
        self._node = node
        self._owner = owner
        self.waiting: set[int] = set()
        self._since: float | None = None
        self._has_rung = False

    def look(self) -> Remedy:
        """What to do about the cluster now. Called about every second."""
        waiting = waiting_messages(self._node)
        begun = self.waiting - waiting
        self.waiting = waiting
        busy = len(running_owners(self._owner)) if waiting else 0
        if not waiting or begun or busy >= settings.WORKERS:
            self.begin_again()
            return Remedy.NONE
        if self._since is None:
            self._since = time.monotonic()
        limit = settings.STALL_SECONDS if busy else min(settings.STALL_SECONDS, _IDLE_STALL_SECONDS)
        return self._remedy(time.monotonic() - self._since, limit)

    def _remedy(self, stalled_s: float, limit_s: float) -> Remedy:
        if stalled_s >= limit_s:
            return Remedy.RESTART
        if stalled_s >= limit_s / 2 and not self._has_rung:
            self._has_rung = True
            return Remedy.RING_AGAIN
        return Remedy.NONE

    def begin_again(self) -> None:
        self._since = None
        self._has_rung = False
