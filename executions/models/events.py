from typing import Any

import orjson
from django.db import models
from django.utils import timezone

from executions.models.executions import Execution
from executions.querysets import EventQuerySet


class EventName(models.TextChoices):
    """The seed's eight names, and cancelled, which the seed could not tell from failed."""

    STARTED = "execution:started"
    STEP_ADDED = "execution:step:added"
    STEP_STARTED = "execution:step:started"
    STEP_COMPLETED = "execution:step:completed"
    LOG = "execution:log"
    COST_RECORDED = "execution:cost:recorded"
    COMPLETED = "execution:completed"
    FAILED = "execution:failed"
    CANCELLED = "execution:cancelled"


class ExecutionEvent(models.Model):
    """What happened to an execution: append-only, numbered per execution from 1 without gaps.

    Rows are written in the transaction of the change they tell of, under one writer at a time
    (executions.services.writing), so `id` grows in the order of the commits and can be tailed.
    `data` is encoded JSON: a reader that passes it on need not decode it.
    """

    execution = models.ForeignKey(Execution, on_delete=models.CASCADE, related_name="events", db_index=False)
    seq = models.PositiveIntegerField()
    event = models.CharField(max_length=30, choices=EventName)
    at = models.DateTimeField(default=timezone.now)
    data = models.TextField(default="{}")
    key = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001 (NULLs differ)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["execution", "seq"], name="event_seq_once"),
            models.UniqueConstraint(
                fields=["execution", "key"], name="event_key_once", condition=models.Q(key__isnull=False)
            ),
            models.CheckConstraint(condition=models.Q(seq__gte=1), name="event_seq_from_one"),
            models.CheckConstraint(condition=models.Q(event__in=EventName.values), name="event_name_known"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.seq}"

    @property
    def decoded(self) -> dict[str, Any]:
        value: dict[str, Any] = orjson.loads(self.data)
        return value
