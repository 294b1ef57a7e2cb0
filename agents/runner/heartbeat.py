import logging
import threading
import time

from django.conf import settings
from django.db import Error as DatabaseTrouble
from django.db import connection

from agents.stopping import Stop, StopReason
from executions.services import Lease, cancel_requested_by, renew_lease

logger = logging.getLogger(__name__)


class Heartbeat:
    """Keeps a lease alive in a thread of its own, and tells `stop` when the run has to end.

    A lease that cannot be renewed (lost, or the database does not answer until it has run out) fences the
    run: whoever took over may be at work already.
    """

    def __init__(self, lease: Lease, stop: Stop, max_duration_s: float) -> None:
        self._lease = lease
        self._stop = stop
        self._ends_at = time.monotonic() + max_duration_s
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        self.cancelled_by = ""

    def __enter__(self) -> "Heartbeat":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _beat(self) -> None:
        renewed_at = time.monotonic()
        try:
            while not self._done.wait(settings.CANCEL_POLL_SECONDS):
                now = time.monotonic()
                if now >= self._ends_at:
                    self._stop.request(StopReason.DEADLINE)
                if now - renewed_at < settings.HEARTBEAT_SECONDS:
                    self._look_for_cancel()
                elif self._renew(renewed_at):
                    renewed_at = now
                if self._stop.reason == StopReason.FENCED:
                    return
        finally:
            connection.close()

    def _renew(self, renewed_at: float) -> bool:
        try:
            if renew_lease(self._lease):
                return True
        except DatabaseTrouble as error:
            logger.warning("the lease on execution %s was not renewed: %s", self._lease.execution_id, error)
            connection.close()
            # Asked now, not before: the database may have kept us waiting.
            if time.monotonic() - renewed_at < settings.LEASE_SECONDS:
                return False
        self._stop.request(StopReason.FENCED)
        return False

    def _look_for_cancel(self) -> None:
        try:
            by = cancel_requested_by(self._lease)
        except DatabaseTrouble:
            connection.close()
            return  # the next look, or the renewal, will tell
        if by is not None:
            self.cancelled_by = by
            self._stop.request(StopReason.CANCELLED)
