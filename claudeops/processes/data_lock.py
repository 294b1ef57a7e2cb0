import fcntl
import os
from pathlib import Path

# The lock's descriptor. A child that outlives its parent for a moment must not seem to be the parent.
_held: list[int] = []


def _let_go() -> None:
    while _held:
        os.close(_held.pop())


os.register_at_fork(after_in_child=_let_go)


class AlreadyRunning(Exception):
    """The message says who has the data directory."""


def hold_data_directory(directory: Path) -> None:
    """Be the only parent on `directory` until this process ends, however it ends. Raises AlreadyRunning."""
    path = directory / "up.lock"
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(file)
        pid = path.read_text().strip() or "unknown"
        raise AlreadyRunning(
            f"ClaudeOps runs on {directory} already (process {pid});"
            " stop it, or name another CLAUDEOPS_DATA_DIR."
        ) from error
    os.ftruncate(file, 0)
    os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
    _held.append(file)
