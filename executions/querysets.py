from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from executions.models import Execution, ExecutionEvent  # noqa: F401 (names of the type parameters)


class ExecutionQuerySet(models.QuerySet["Execution"]):
    def newest_first(self) -> ExecutionQuerySet:
        """By primary key: the order of creation, with no index of its own to pay for."""
        return self.order_by("-id")

    def pending(self) -> ExecutionQuerySet:
        return self.filter(status="pending")

    def queued(self) -> ExecutionQuerySet:
        """Those that wait for a worker, and for nothing else."""
        return self.pending().filter(queued_at__isnull=False)

    def held(self) -> ExecutionQuerySet:
        """Those that wait for a limit to allow them: in no queue, and counted by no limit."""
        return self.pending().filter(queued_at__isnull=True)

    def running(self) -> ExecutionQuerySet:
        return self.filter(status="running")

    def active(self) -> ExecutionQuerySet:
        return self.filter(status__in=["pending", "running"])

    def admitted(self) -> ExecutionQuerySet:
        """What is active, but for what is held: it takes up a place."""
        return self.filter(models.Q(status="running") | models.Q(status="pending", queued_at__isnull=False))

    def on_node(self, node_id: str) -> ExecutionQuerySet:
        return self.filter(node_id=node_id)

    def of_agent(self, agent_type: str) -> ExecutionQuerySet:
        return self.filter(agent_type=agent_type)

    def lease_expired(self, at: datetime | None = None) -> ExecutionQuerySet:
        return self.running().filter(lease_until__lt=at or timezone.now())


class EventQuerySet(models.QuerySet["ExecutionEvent"]):
    def logs(self) -> EventQuerySet:
        return self.filter(event="execution:log")

    def after(self, seq: int) -> EventQuerySet:
        return self.filter(seq__gt=seq).order_by("seq")
