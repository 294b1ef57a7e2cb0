"""The worker process: keeps one cluster of django-q2 at work, and cleans up after it."""

import logging
import mmap
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import Error, connection

import agents.tasks  # noqa: F401 (loaded before the fork, so that all workers share it)
from agents.process_tree import become_subreaper, end_strays
from claudeops.processes.backoff import Backoff
from claudeops.processes.cluster import run_cluster
from claudeops.processes.forking import fork_child, kill_session, kill_strays, reap
from claudeops.processes.kernel import start_mark
from claudeops.processes.messages import release_messages
from claudeops.processes.node import NodeRow
from claudeops.processes.owners import VARIABLE, is_gone, own_name
from claudeops.processes.settling import settle_node
from claudeops.processes.signals import STOPPING, SignalBox
from claudeops.processes.watch import Remedy, StallWatch, running_owners
from executions.models import Execution
from scheduling.job_runs import job_owners

logger = logging.getLogger(__name__)

_TICK_SECONDS = 1.0
_SWEEP_SECONDS = 3.0
# What is left of the grace time for killing and settling, once nothing may go on any more.
_SETTLING_SHARE = 0.25


class Keeper:
    """Nothing but this process knows for certain that workers are dead, so it settles what they held."""

    def __init__(self, node: str) -> None:
        self._node = node
        self._owner = own_name()
        self._row = NodeRow(node)
        self._watch = StallWatch(node, self._owner)
        self._backoff = Backoff()
        self._cluster: int | None = None
        self._stopping = mmap.mmap(-1, 1)  # shared with every process forked from here on

    def run(self) -> int:
        """Until SIGTERM or SIGINT; nothing that descends from here is left then."""
        become_subreaper()
        os.environ[VARIABLE] = self._owner
        box = SignalBox(signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)
        end_strays()
        with _database_may_fail("settling what earlier workers of this node left"):
            self._settle_predecessors()
        while True:
            if self._cluster is None and self._backoff.is_due():
                self._start()
            if box.wait(min(_TICK_SECONDS, settings.STALL_SECONDS / 10)) & STOPPING:
                break
            self._bury()
            with _database_may_fail("looking after the workers"):
                self._look()
        self._stop(box)
        return 0

    def _start(self) -> None:
        """What a dead cluster had taken is delivered again before the new one begins."""
        with _database_may_fail("preparing the queue"):
            release_messages(self._node)
            self._row.started()
        self._watch.begin_again()
        self._backoff.started()
        try:
            self._cluster = fork_child(
                "claudeops-queue", lambda: run_cluster(self._is_stopping), death_signal=signal.SIGKILL
            )
        except OSError as error:  # no memory, or too many processes
            logger.warning("no worker can be started: %s; again in %g s", error, self._backoff.ended())

    def _is_stopping(self) -> bool:
        return bool(self._stopping[0])

    def _bury(self) -> None:
        ended = reap()
        if self._cluster in ended:
            self._end_cluster("Its worker was killed.", f"the cluster ended ({ended[self._cluster]})")
        self._kill_strays()

    def _look(self) -> None:
        self._settle_dead_workers()
        self._row.seen()
        if self._cluster is None:
            return
        match self._watch.look():
            case Remedy.RING_AGAIN:
                release_messages(self._node, only=self._watch.waiting)
            case Remedy.RESTART:
                self._end_cluster("Its worker hung and was killed.", "work is due and nobody begins it")

    def _settle_predecessors(self) -> None:
        running = Execution.objects.running().on_node(self._node).exclude(lease_owner="")
        names = [*running.values_list("lease_owner", flat=True), *job_owners(f"{self._node[:50]}:")]
        for owner in {name.partition("/")[0] for name in names}:
            if is_gone(owner):
                settle_node(f"{owner}/", "Its worker was killed.")

    def _settle_dead_workers(self) -> None:
        """A worker that was killed alone: the cluster goes on, its execution does not."""
        owners = running_owners(self._owner)
        for owner in owners:
            is_dead = start_mark(int(owner.rpartition("/")[2])) is None
            # Workers 12 and 123: what would settle both waits for the lease to run out.
            if is_dead and not any(other.startswith(owner) for other in owners if other != owner):
                settle_node(owner, "Its worker was killed.")

    def _end_cluster(self, why: str, log: str) -> None:
        """Kill what there is of it, settle what it ran, and plan the next."""
        wait_s = self._backoff.ended()
        logger.warning("%s; it is started again in %g s", log, wait_s)
        self._kill_cluster()
        with _database_may_fail("settling what the cluster ran"):
            settle_node(f"{self._owner}/", why)
        self._row.restarts += 1

    def _kill_cluster(self) -> None:
        if self._cluster is not None:
            kill_session(self._cluster)
        self._cluster = None
        give_up = time.monotonic() + _SWEEP_SECONDS
        while kill_strays(set()) and time.monotonic() < give_up:
            time.sleep(0.01)
            reap()
        end_strays()

    def _kill_strays(self) -> None:
        """Descendants of a worker that died come to this process; nobody else will end them."""
        if kill_strays(set() if self._cluster is None else {self._cluster}):
            reap()

    def _stop(self, box: SignalBox) -> None:
        """Begin nothing more, give what runs the grace time, then kill and settle what still does."""
        self._stopping[0] = 1
        deadline = time.monotonic() + settings.STOP_GRACE_SECONDS * (1 - _SETTLING_SHARE)
        is_idle = False
        while self._cluster is not None and time.monotonic() < deadline:
            if box.wait(0.2) & STOPPING or self._cluster in reap():
                break
            was_idle, is_idle = is_idle, self._is_idle()
            if was_idle and is_idle:  # twice: a claim may have been under way
                break
        self._kill_cluster()
        with _database_may_fail("settling what was running"):
            settle_node(f"{self._owner}/", "Its worker was stopped.")
            release_messages(self._node)
            self._row.stopped()

    def _is_idle(self) -> bool:
        with _database_may_fail("looking for what still runs"):
            return not running_owners(self._owner)
        return False


@contextmanager
def _database_may_fail(doing: str) -> Iterator[None]:
    """The keeper outlives its database: what failed is done at the next look, or by the reconciler."""
    try:
        yield
    except Error as error:
        logger.warning("%s failed: %s", doing, error)
        connection.close()
