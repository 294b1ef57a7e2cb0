"""What Linux does for a family of processes, and Python has no words for. Elsewhere there is less of it."""

import ctypes
import os
import signal
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

import psutil

_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15


def _prctl(option: int, argument: int | bytes) -> None:
    if sys.platform != "linux":
        return
    if ctypes.CDLL(None, use_errno=True).prctl(option, argument, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({option}) failed")


def die_with_parent(with_signal: signal.Signals, parent: int) -> None:
    """Be sent `with_signal` when the thread that forked us ends; die at once if `parent` is gone already."""
    _prctl(_PR_SET_PDEATHSIG, with_signal)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def name_process(name: str) -> None:
    """The name that ps and top show; 15 characters of it."""
    _prctl(_PR_SET_NAME, name.encode()[:15])


def children_of(pid: int) -> set[int]:
    """The processes that the main thread of `pid` has as children; empty when it is gone."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return _children_by_psutil(pid)
    return {int(child) for child in text.split()}


def _children_by_psutil(pid: int) -> set[int]:
    with suppress(psutil.NoSuchProcess):
        return {child.pid for child in psutil.Process(pid).children()}
    return set()


def start_mark(pid: int) -> str | None:
    """Tells a living process from any other that had or will have its pid; None when there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return _mark_by_psutil(pid)
    state, *fields = stat.rpartition(")")[2].split()
    return None if state in "ZX" else f"{_boot()}{fields[18]}"  # ticks since the boot: no clock moves them


def _mark_by_psutil(pid: int) -> str | None:
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        if process.status() != psutil.STATUS_ZOMBIE:
            return str(round(process.create_time()))
    return None


@cache
def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text()[:6] + "."
