"""The doorbell of the engine: a django-q2 message that says "look at execution X" and nothing else."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django_q.brokers import Broker
from django_q.models import OrmQ
from django_q.tasks import async_task

from system.statements import insert_rows

TASK = "agents.tasks.run_execution"


class _Tray(Broker):
    """Takes what django-q2 has packed and signed, so that many messages are written by one statement."""

    def __init__(self) -> None:
        self.packages: list[str] = []
        self.list_key = ""  # which django-q2 logs

    def enqueue(self, task: Any) -> int:
        self.packages.append(task)
        return 0


def enqueue(execution_id: int, node_id: str) -> None:
    """Put the message into the queue of `node_id`, as a row of the caller's transaction."""
    enqueue_all([(execution_id, node_id)])


def enqueue_all(messages: Iterable[tuple[int, str]]) -> None:
    """As `enqueue`, for pairs of an execution and its node."""
    now = timezone.now()
    tray = _Tray()
    nodes = []
    for execution_id, node_id in messages:
        async_task(TASK, execution_id, cluster=node_id, broker=tray)
        nodes.append(node_id)
    rows = zip(nodes, tray.packages, strict=True)
    insert_rows(OrmQ, ("key", "payload", "lock"), [(node, package, now) for node, package in rows])
