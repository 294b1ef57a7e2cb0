from typing import Any

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from uuid6 import uuid7

from executions.querysets import ExecutionQuerySet
from system.models import Timestamped
from system.money import UsdField, not_negative


class Status(models.TextChoices):
    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


ACTIVE = (Status.PENDING, Status.RUNNING)
ENDED = (Status.COMPLETED, Status.FAILED, Status.CANCELLED)


class Trigger(models.TextChoices):
    MANUAL = "manual"
    SCHEDULE = "schedule"
    WEBHOOK = "webhook"


class Execution(Timestamped):
    """One run of an agent, and the only truth about it.

    `status` changes in executions.services alone, by an UPDATE that names the state it leaves and, from
    running, the lease token. `agent_type` is a slug and no foreign key: history outlives what made it.
    """

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    agent_type = models.CharField(max_length=100)
    status = models.CharField(
        max_length=10, choices=Status, default=Status.PENDING, db_default=Status.PENDING.value
    )
    started_at = models.DateTimeField(default=timezone.now, db_default=Now())
    completed_at = models.DateTimeField(null=True, blank=True)
    duration_ms = models.PositiveBigIntegerField(null=True, blank=True)
    cost_usd = UsdField(null=True, blank=True)
    tokens_used = models.PositiveBigIntegerField(null=True, blank=True)
    node_id = models.CharField(max_length=100, default="localhost", db_default="localhost")
    triggered_by = models.CharField(
        max_length=10, choices=Trigger, default=Trigger.MANUAL, db_default=Trigger.MANUAL.value
    )
    trigger_source = models.CharField(
        max_length=100, blank=True, default="", db_default="",
        help_text="the schedule or webhook that launched it; empty where a person did",
    )  # fmt: skip
    result_summary = models.TextField(blank=True, default="", db_default="")
    error_message = models.TextField(blank=True, default="", db_default="")
    exit_code = models.IntegerField(null=True, blank=True)
    ai_analysis = models.JSONField(null=True, blank=True)
    raw_output = models.TextField(blank=True, default="", db_default="")
    execution_context = models.JSONField(default=dict, blank=True)

    # The engine's own: who may write, until when, and how often it was begun.
    attempt = models.PositiveSmallIntegerField(default=0, db_default=0)
    lease_token = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    lease_owner = models.CharField(max_length=100, blank=True, default="", db_default="", editable=False)
    dedupe_key = models.CharField(max_length=200, null=True, blank=True, unique=True)
    queued_at = models.DateTimeField(null=True, blank=True, editable=False)
    effect_step = models.PositiveIntegerField(null=True, blank=True, editable=False)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    cancel_requested_by = models.CharField(max_length=150, blank=True, default="", db_default="")
    event_count = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    objects = ExecutionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["status", "id"], name="execution_status"),
            models.Index(fields=["agent_type", "id"], name="execution_agent"),
            models.Index(fields=["node_id", "id"], name="execution_node"),
            models.Index(fields=["status", "agent_type", "id"], name="execution_status_agent"),
            models.Index(fields=["started_at", "completed_at"], name="execution_dates"),
            models.Index(
                fields=["cost_usd"], name="execution_cost", condition=models.Q(cost_usd__isnull=False)
            ),
            models.Index(
                fields=["trigger_source", "created_at"],
                name="execution_source",
                condition=~models.Q(trigger_source=""),
            ),
            models.Index(
                fields=["lease_until"],
                name="execution_lease",
                condition=models.Q(status=Status.RUNNING.value),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=Status.values), name="execution_status_known"
            ),
            models.CheckConstraint(
                condition=models.Q(triggered_by__in=Trigger.values), name="execution_trigger_known"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=[*ENDED], completed_at__isnull=False)
                | models.Q(status__in=[*ACTIVE], completed_at__isnull=True),
                name="execution_ended_has_completed_at",
            ),
            models.CheckConstraint(
                condition=models.Q(status=Status.RUNNING.value, lease_until__isnull=False)
                | models.Q(~models.Q(status=Status.RUNNING.value), lease_token__isnull=True),
                name="execution_lease_while_running",
            ),
            not_negative("cost_usd", "execution_cost_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.agent_type} {self.uid}"

    @property
    def is_active(self) -> bool:
        return self.status in ACTIVE

    @property
    def report(self) -> dict[str, Any]:
        """The analysis (agents.reports.Report as JSON), or an empty dict."""
        return self.ai_analysis or {}

    @property
    def headline(self) -> str:
        """What came of it, in one sentence: the error, else the report's summary, else the seed's line."""
        return str(self.error_message or self.report.get("summary") or self.result_summary)

    def elapsed_ms(self) -> int:
        """What it took, or has taken so far."""
        if self.duration_ms is not None:
            return self.duration_ms
        return max(0, round((timezone.now() - self.started_at).total_seconds() * 1000))
