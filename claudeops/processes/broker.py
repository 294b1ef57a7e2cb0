"""The queue's broker: rows of our database, as django-q2's own, and a doorbell instead of fast polling."""

import contextlib
import logging
import os
import select
import socket
import time
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django_q.brokers.orm import ORM
from django_q.models import OrmQ

from executions.doorbell import socket_directory

logger = logging.getLogger(__name__)

# Every event of every execution rings; the queue need not be looked at for each.
_SHORTEST_PAUSE_S = 0.02
_PAUSE_WITHOUT_BELL_S = 0.2


class DoorbellBroker(ORM):
    """A launch rings after its commit, and the queue is looked at within a millisecond.

    `poll` of Q_CLUSTER is the fallback, for a lost ring and for what other hosts launch.
    """

    _bell: socket.socket | None = None
    _bell_path = Path()
    _has_warned = False

    def dequeue(self) -> list[tuple[int, str]]:
        bell = self._listen()  # before the look: a ring that comes after it is not missed
        looked_at = time.monotonic()
        while due := list(self._due()):
            if taken := [(message.pk, message.payload) for message in due if self._take(message)]:
                return taken
        self._wait(bell, looked_at)
        return []

    def _due(self) -> QuerySet[OrmQ]:
        queue: QuerySet[OrmQ] = self.get_connection().filter(key=self.list_key, lock__lte=timezone.now())
        return queue.order_by("lock", "id")[: settings.Q_CLUSTER["bulk"]]

    def _take(self, message: OrmQ) -> bool:
        """False when another cluster of this node was faster."""
        same = self.get_connection().filter(pk=message.pk, lock=message.lock)
        return bool(same.update(lock=timezone.now() + timedelta(seconds=settings.Q_CLUSTER["retry"])))

    def _listen(self) -> socket.socket | None:
        if self._bell is not None and self._bell_path.exists():
            return self._bell
        try:
            self._bell_path = socket_directory() / f"queue-{os.getpid()}-{time.monotonic_ns()}.bell"
            bell = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            bell.setblocking(False)
            bell.bind(str(self._bell_path))
        except OSError as error:
            if not self._has_warned:
                logger.warning("no doorbell, the queue is polled instead: %s", error)
            self._has_warned = True
            return None
        self._bell = bell
        return bell

    @staticmethod
    def _wait(bell: socket.socket | None, looked_at: float) -> None:
        poll_s: float = settings.Q_CLUSTER["poll"]
        if bell is None:
            time.sleep(min(poll_s, _PAUSE_WITHOUT_BELL_S))
            return
        select.select([bell], [], [], poll_s)
        time.sleep(max(0.0, looked_at + _SHORTEST_PAUSE_S - time.monotonic()))
        with contextlib.suppress(BlockingIOError):
            while bell.recv(16):
                pass
