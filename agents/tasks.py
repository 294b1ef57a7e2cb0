"""What the queue calls. Imports nothing heavy: an import error here would kill the worker that has it."""

import os

from agents.runner import run_claimed
from executions.services import claim_execution


def worker_owner() -> str:
    """Who holds the leases of this process: set by `manage.py worker`, which settles them if it is lost."""
    return f"{os.environ.get('CLAUDEOPS_WORKER_OWNER', 'worker')}/{os.getpid()}"


def run_execution(execution_id: int) -> None:
    """Run it if it still waits; a message that comes twice finds nothing to claim."""
    lease = claim_execution(execution_id, owner=worker_owner())
    if lease is not None:
        run_claimed(lease)
