import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from system.errors import Conflict


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Be the only one on this data directory who makes, removes or restores backups. Raises Conflict."""
    path = settings.DATA_DIR / "backup.lock"
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            pid = os.pread(file, 20, 0).decode().strip() or "unknown"
            raise Conflict(f"Another backup or restore is under way (process {pid}).") from error
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(file)
