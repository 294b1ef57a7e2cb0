"""Who holds a lease, by name: `node:host:pid:start`, and `/pid` of the very worker (agents.tasks)."""

import os
import socket
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from claudeops.processes.kernel import start_mark

VARIABLE = "CLAUDEOPS_WORKER_OWNER"
_NODE_LENGTH = 50  # of a column of 100 that holds all of it


def own_name() -> str:
    """The name of all workers that this process keeps."""
    pid = os.getpid()
    return f"{settings.NODE_NAME[:_NODE_LENGTH]}:{_host()}:{pid}:{start_mark(pid)}"


def is_gone(owner: str) -> bool:
    """Whether it is surely dead: a keeper of this host whose process is not there any more.

    What another host's workers do is not seen from here; their leases run out by themselves.
    """
    parts = owner.partition("/")[0].rsplit(":", 3)
    if len(parts) != 4 or parts[1] != _host():
        return False
    return start_mark(int(parts[2])) != parts[3]


@cache
def _host() -> str:
    """Tells hosts apart that were given the same node name by mistake, and containers."""
    namespace = Path("/proc/self/ns/pid")
    name = f"{socket.gethostname()} {namespace.readlink() if namespace.is_symlink() else ''}"
    return sha256(name.encode()).hexdigest()[:8]
