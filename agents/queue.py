"""The doorbell of the engine: a django-q2 message that says "look at execution X" and nothing else."""

from django_q.tasks import async_task

TASK = "agents.tasks.run_execution"


def enqueue(execution_id: int, node_id: str) -> None:
    """Put the message into the queue of `node_id`, as a row of the caller's transaction."""
    async_task(TASK, execution_id, cluster=node_id)
