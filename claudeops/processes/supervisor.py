"""The parent: starts its children, starts again what dies, and leaves nothing behind."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from claudeops.processes.backoff import Backoff
from claudeops.processes.forking import fork_child, kill_session, kill_strays, reap
from claudeops.processes.kernel import children_of
from claudeops.processes.signals import STOPPING, SignalBox

_SWEEP_SECONDS = 2.0


@dataclass
class Child:
    """`run` is what its process does; a child that is not `lasting` is run once.

    `title` is what ps shows, of which Linux keeps 15 characters.
    """

    name: str
    title: str
    run: Callable[[], int]
    lasting: bool = True
    pid: int | None = None
    backoff: Backoff = field(default_factory=Backoff)


class Supervisor:
    def __init__(self, children: list[Child], box: SignalBox, say: Callable[[str], None]) -> None:
        self._children = children
        self._box = box
        self._say = say
        self._not_ours = children_of(os.getpid())

    def run(self, grace_s: float) -> None:
        """Until a signal says stop; no process is left when this returns, at most `grace_s` and 2 s later."""
        while True:
            self._start_due()
            received = self._box.wait(self._seconds_to_next_start())
            self._bury()
            if received & STOPPING:
                break
        self._stop(grace_s)

    def _start_due(self) -> None:
        for child in self._children:
            if child.pid is None and child.backoff.is_due():
                self._start(child)

    def _start(self, child: Child) -> None:
        child.backoff.started()
        try:
            child.pid = fork_child(child.title, child.run, death_signal=signal.SIGTERM)
        except OSError as error:  # no memory, or too many processes
            self._say(f"{child.name} cannot be started: {error}; again in {child.backoff.ended():g} s")

    def _seconds_to_next_start(self) -> float | None:
        waits = (child.backoff.seconds_left() for child in self._children if child.pid is None)
        return min(waits, default=None)

    def _bury(self) -> None:
        """Note who has ended. Whatever of theirs comes to us as orphans is killed."""
        ended = reap()
        for child in list(self._children):
            if child.pid in ended:
                code, child.pid = ended[child.pid], None
                if child.lasting:
                    wait_s = child.backoff.ended()
                    self._say(f"{child.name} {_manner(code)}; it is started again in {wait_s:g} s")
                else:
                    self._children.remove(child)
        kill_strays(self._living() | self._not_ours)

    def _living(self) -> set[int]:
        return {child.pid for child in self._children if child.pid is not None}

    def _stop(self, grace_s: float) -> None:
        """SIGTERM to the leaders only: a group that is told at once cannot end in order."""
        for pid in self._living():
            os.kill(pid, signal.SIGTERM)
        for child in self._children:
            child.lasting = False
        deadline = time.monotonic() + grace_s
        while self._living() and time.monotonic() < deadline:
            again = self._box.wait(max(0.0, deadline - time.monotonic()))
            self._bury()
            if again & STOPPING:
                break
        for pid in self._living():
            kill_session(pid)
        self._sweep()

    def _sweep(self) -> None:
        give_up = time.monotonic() + _SWEEP_SECONDS
        while time.monotonic() < give_up:
            self._bury()
            if not children_of(os.getpid()) - self._not_ours:
                return
            self._box.wait(0.05)


def _manner(code: int) -> str:
    return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
