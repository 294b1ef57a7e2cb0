"""What the queue calls for jobs. Imports nothing heavy: an import error here would kill the worker."""

from agents.tasks import worker_owner
from scheduling.job_runs import run_queued


def run_job(run_id: int) -> None:
    """Run it if it still waits; a message that comes twice finds nothing to claim."""
    run_queued(run_id, owner=worker_owner())
