"""Children that share the memory of the parent that has loaded everything: fork, and no exec."""

import gc
import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress

from django.db import connections

from claudeops.processes.kernel import children_of, die_with_parent, name_process
from claudeops.processes.signals import STOPPING, reset_signals


def fork_child(name: str, run: Callable[[], int], *, death_signal: signal.Signals) -> int:
    """Fork a process that leads a session of its own and ends with what `run` returns; its pid.

    It is sent `death_signal` when this process ends, in whatever way. The caller has one thread. No
    database connection passes the fork: two processes must never share one.
    """
    connections.close_all()
    sys.stdout.flush()
    sys.stderr.flush()
    gc.collect()
    gc.freeze()  # what both share stays shared: a later collection in the child does not touch it
    parent = os.getpid()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)  # or one could meet the parent's handlers
    pid = os.fork()
    if pid:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return pid
    code = 1
    try:
        os.setsid()
        die_with_parent(death_signal, parent)
        name_process(name)
        reset_signals()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        _close_stdin()
        code = run()
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 1
    except BaseException:  # noqa: BLE001 (the end of this process; nobody above it could tell)
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _close_stdin() -> None:
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    os.close(nowhere)


def reap() -> dict[int, int]:
    """The children that have ended, with their exit codes (a signal's number, negative)."""
    ended: dict[int, int] = {}
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return ended
        if pid == 0:
            return ended
        ended[pid] = os.waitstatus_to_exitcode(status)


def kill_session(pid: int) -> None:
    """SIGKILL the process group of a child made by fork_child, also after its own end."""
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def kill_strays(mine: set[int]) -> int:
    """SIGKILL the children that nobody here started: descendants whose own parent died; how many."""
    strays = children_of(os.getpid()) - mine
    for pid in strays:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return len(strays)
