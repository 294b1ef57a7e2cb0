"""What becomes of the work of workers that are dead."""

from agents import reconciler
from scheduling.job_runs import settle_jobs


def settle_node(owner_prefix: str, why: str) -> int:
    """End or requeue what workers of `owner_prefix` ran; the caller knows that they are dead."""
    return reconciler.settle_node(owner_prefix, why) + settle_jobs(owner_prefix, why)
