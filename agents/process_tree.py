"""All processes that one command leaves behind, however they detached, found and signalled.

On Linux the runner is their subreaper: whoever double-forks or calls setsid becomes our child when its parent
goes, and is found. Elsewhere only the command's process group is reached: what left it, lives on.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Protocol

_PR_SET_CHILD_SUBREAPER = 36
RUNNER_VARIABLE = "CLAUDEOPS_RUNNER"


class ProcessTree(Protocol):
    """Made before the command starts, told its `root` after. One command at a time in a process."""

    root: int

    def living(self) -> list[int]:
        """The processes of the command that run, newest first; reaps the dead ones that came to us."""

    def send(self, pids: Iterable[int], number: signal.Signals) -> None:
        """SIGTERM also wakes who is stopped, or it would never hear of it."""


def process_tree() -> ProcessTree:
    return _Descendants() if sys.platform == "linux" else _Group()


def become_subreaper() -> None:
    """Let orphaned descendants of this process become its children instead of init's."""
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"prctl(PR_SET_CHILD_SUBREAPER): {os.strerror(number)}")


class _Process(NamedTuple):
    """From /proc/PID/stat. `started`, in ticks since boot, tells it from a later process with its pid."""

    pid: int
    parent: int
    session: int
    started: int
    dead: bool


class _Descendants:
    """Who descends from us, was not there before, and is in another session than ours.

    The command starts in a session of its own, so none of its processes is in ours. The queue's and
    multiprocessing's children are: they are never signalled and never waited for.
    """

    def __init__(self) -> None:
        become_subreaper()
        self.root = 0
        self._dead: set[tuple[int, int]] = set()
        self._session = os.getsid(0)
        processes = list(_processes())
        self._others = {(it.pid, it.started) for it in _below(processes, [os.getpid()])}

    def living(self) -> list[int]:
        living, somebody_died = self._look()
        # Who died since the last look may have had a child after this one listed the pids.
        while somebody_died and not living:
            living, somebody_died = self._look()
        return living

    def _look(self) -> tuple[list[int], bool]:
        processes = list(_processes())
        ours = [it for it in processes if it.parent == os.getpid() and self._is_commands(it)]
        dead = {(it.pid, it.started) for it in ours if it.dead}
        somebody_died = not dead <= self._dead
        self._dead = dead
        for pid, _ in dead:
            if pid != self.root:  # Popen reaps the root
                with suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)
        tree = [*ours, *_below(processes, [it.pid for it in ours])]
        newest_first = sorted(tree, key=lambda it: (it.started, it.pid), reverse=True)
        return [it.pid for it in newest_first if not it.dead], somebody_died

    def _is_commands(self, it: _Process) -> bool:
        return it.session != self._session and (it.pid, it.started) not in self._others

    def send(self, pids: Iterable[int], number: signal.Signals) -> None:
        for pid in pids:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)
                if number == signal.SIGTERM:
                    os.kill(pid, signal.SIGCONT)


class _Group:
    def __init__(self) -> None:
        self.root = 0

    def living(self) -> list[int]:
        try:
            os.killpg(self.root, 0)
        except (ProcessLookupError, PermissionError):  # macOS: EPERM when only zombies are left
            return []
        return [self.root]

    def send(self, pids: Iterable[int], number: signal.Signals) -> None:
        for pid in pids:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, number)
                if number == signal.SIGTERM:
                    os.killpg(pid, signal.SIGCONT)


def runner_mark() -> str:
    """Value of RUNNER_VARIABLE in a command's environment: the pid, start and pid namespace of its runner."""
    if sys.platform != "linux":
        return str(os.getpid())
    me = _process(os.getpid())
    return f"{os.getpid()}:{me.started if me else 0}:{_pid_namespace()}"


def end_strays() -> int:
    """Kill what commands left behind whose runner was killed before it could; how many there were.

    They are known by their environment, so one that emptied its environment is missed.
    """
    if sys.platform != "linux":
        return 0
    alive = {f"{it.pid}:{it.started}" for it in _processes() if not it.dead}
    here = _pid_namespace()
    strays = [pid for pid, runner, namespace in _marked() if namespace == here and runner not in alive]
    for pid in strays:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    return len(strays)


def _marked() -> Iterator[tuple[int, str, str]]:
    start = f"{RUNNER_VARIABLE}=".encode()
    for it in _processes():
        with suppress(OSError):  # gone, or another user's
            for entry in Path(f"/proc/{it.pid}/environ").read_bytes().split(b"\0"):
                if entry.startswith(start):
                    runner, _, namespace = entry.removeprefix(start).decode(errors="replace").rpartition(":")
                    yield it.pid, runner, namespace


def _pid_namespace() -> str:
    # A container's pids mean other processes than ours: what is marked there is none of our business.
    return str(Path("/proc/self/ns/pid").stat().st_ino)


def _processes() -> Iterator[_Process]:
    with os.scandir("/proc") as entries:
        pids = [int(entry.name) for entry in entries if entry.name.isdigit()]
    return filter(None, map(_process, pids))


def _process(pid: int) -> _Process | None:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 — a third faster, for all processes each time
            fields = file.read().rpartition(b")")[2].split()  # the name before it may hold anything
    except (FileNotFoundError, ProcessLookupError):
        return None
    # A leader that left while its threads go on is shown as a zombie too.
    dead = fields[0] in b"ZX" and int(fields[17]) <= 1
    return _Process(pid, int(fields[1]), int(fields[3]), int(fields[19]), dead)


def _below(processes: Iterable[_Process], pids: Iterable[int]) -> Iterator[_Process]:
    children: dict[int, list[_Process]] = {}
    for it in processes:
        children.setdefault(it.parent, []).append(it)
    waiting = list(pids)
    while waiting:
        found = children.get(waiting.pop(), [])
        waiting += [it.pid for it in found]
        yield from found
