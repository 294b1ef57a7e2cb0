import socket
import time

from django.conf import settings
from django.utils import timezone

from system.models import Node

_SEEN_SECONDS = 10.0


class NodeRow:
    """This host's row of `Node`, as far as its workers write it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._seen_at = 0.0
        self.restarts = 0

    def started(self) -> None:
        """Workers begin; the restarts are those since the worker process itself was started."""
        self._write(
            hostname=socket.gethostname()[:255],
            version=settings.VERSION,
            workers=settings.WORKERS,
            worker_started_at=timezone.now(),
        )

    def seen(self) -> None:
        """Three times in a lease at least: who is not heard of for one counts as dead."""
        if time.monotonic() - self._seen_at >= min(_SEEN_SECONDS, settings.LEASE_SECONDS / 3):
            self._write()

    def stopped(self) -> None:
        """On purpose: nobody need wonder that this node is silent from now on."""
        now = timezone.now()
        Node.objects.filter(name=self._name).update(worker_stopped_at=now, updated_at=now)

    def _write(self, **values: object) -> None:
        self._seen_at = time.monotonic()
        values |= {"worker_seen_at": timezone.now(), "restarts": self.restarts}
        Node.objects.update_or_create(name=self._name, defaults=values)
