"""Who is on a data directory: one parent at most, any number of processes, and nobody while it is restored.

Locks end with their processes, however those end.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management import CommandError

# The locks' descriptors. A child that outlives its parent for a moment must not seem to be the parent.
_held: list[int] = []


def _let_go() -> None:
    while _held:
        os.close(_held.pop())


os.register_at_fork(after_in_child=_let_go)


class AlreadyRunning(Exception):
    """The message says who has the data directory."""


def hold_data_directory(directory: Path) -> None:
    """Be the only parent on `directory`, and one of its processes. Raises AlreadyRunning."""
    path = directory / "up.lock"
    file = _lock(path, fcntl.LOCK_EX)
    if file is None:
        pid = path.read_text().strip() or "unknown"
        raise AlreadyRunning(
            f"ClaudeOps runs on {directory} already (process {pid});"
            " stop it, or name another CLAUDEOPS_DATA_DIR."
        )
    os.ftruncate(file, 0)
    os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
    use_data_directory(directory)


def use_data_directory(directory: Path) -> None:
    """Be one of the processes on `directory`. Raises CommandError while its database is restored."""
    if _lock(directory / "use.lock", fcntl.LOCK_SH) is None:
        raise CommandError(f"The database of {directory} is being restored; start again when that has ended.")


@contextmanager
def emptied_data_directory(directory: Path) -> Iterator[None]:
    """Let nobody start on `directory` meanwhile. Raises CommandError while anybody runs."""
    file = _lock(directory / "use.lock", fcntl.LOCK_EX)
    if file is None:
        raise CommandError(
            f"ClaudeOps runs on {directory}: stop all of its processes (up, web, worker, clock) first."
        )
    try:
        yield
    finally:
        _held.remove(file)
        os.close(file)


def _lock(path: Path, kind: int) -> int | None:
    """None while somebody else has it."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return None
    _held.append(file)
    return file
