"""django-q2's cluster, made so that no part of it outlives the part that made it."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from typing import Any

from django_q.cluster import Cluster
from django_q.signals import pre_execute

from claudeops.processes.kernel import die_with_parent, name_process

# The cluster forks its sentinel, and that the workers, the monitor and the pusher. What these fork in their
# turn is none of ours.
_GENERATIONS = {1: "claudeops-guard", 2: "claudeops-pool"}


class _Lineage:
    """Follows the forks from the cluster's main process on."""

    def __init__(self) -> None:
        self._parent = os.getpid()
        self._generation = 0

    def before_fork(self) -> None:
        self._parent = os.getpid()

    def in_child(self) -> None:
        self._generation += 1
        if name := _GENERATIONS.get(self._generation):
            die_with_parent(signal.SIGKILL, self._parent)
            name_process(name)


def run_cluster(is_stopping: Callable[[], bool]) -> int:
    """Run until killed, or until django-q2 has stopped by itself. A task met while stopping is not begun."""
    lineage = _Lineage()
    os.register_at_fork(before=lineage.before_fork, after_in_child=lineage.in_child)
    multiprocessing.set_start_method("fork", force=True)  # no longer Python's own choice from 3.14 on

    def hold_while_stopping(**_: Any) -> None:
        while is_stopping():  # not begun, not acknowledged: its message waits for the next start
            time.sleep(1)

    pre_execute.connect(hold_while_stopping, weak=False)
    cluster: Any = Cluster()
    cluster.start()
    cluster.sentinel.join()
    return 0
