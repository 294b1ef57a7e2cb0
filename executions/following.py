"""Reading an execution's events as they come, for whoever has no socket: the command line."""

import contextlib
import os
import select
import socket
import time
from collections.abc import Iterator

from executions.doorbell import socket_directory
from executions.models import ENDED, Execution, ExecutionEvent

POLL_SECONDS = 0.5


@contextlib.contextmanager
def _bell() -> Iterator[socket.socket]:
    path = socket_directory() / f"follow-{os.getpid()}-{time.monotonic_ns()}.bell"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell:
        bell.bind(str(path))
        bell.setblocking(False)
        try:
            yield bell
        finally:
            path.unlink(missing_ok=True)


def follow(execution_id: int, *, timeout_s: float) -> Iterator[ExecutionEvent]:
    """Every event in order, from the first, until the execution has ended. Raises TimeoutError."""
    give_up_at = time.monotonic() + timeout_s
    seen = 0
    with _bell() as bell:
        while True:
            ended = Execution.objects.filter(pk=execution_id, status__in=ENDED).exists()
            for event in ExecutionEvent.objects.filter(execution_id=execution_id).after(seen):
                seen = event.seq
                yield event
            if ended:
                return
            if time.monotonic() >= give_up_at:
                raise TimeoutError(f"it has not ended within {timeout_s:g} s")
            select.select([bell], [], [], POLL_SECONDS)
            with contextlib.suppress(BlockingIOError):
                while bell.recv(16):
                    pass
