from django.db import models
from django.utils import timezone

from executions.models.executions import Execution
from system.models import Timestamped


class StepStatus(models.TextChoices):
    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"


class StepType(models.TextChoices):
    COMMAND = "command"
    ANALYSIS = "analysis"
    VALIDATION = "validation"
    CLEANUP = "cleanup"


class ExecutionStep(Timestamped):
    """One step of an execution, numbered from 1. `metadata` is what a probe measured, as JSON."""

    execution = models.ForeignKey(Execution, on_delete=models.CASCADE, related_name="steps", db_index=False)
    step_number = models.PositiveIntegerField()
    step_name = models.CharField(max_length=200)
    step_type = models.CharField(
        max_length=10, choices=StepType, default=StepType.COMMAND, db_default=StepType.COMMAND.value
    )
    status = models.CharField(
        max_length=10, choices=StepStatus, default=StepStatus.PENDING, db_default=StepStatus.PENDING.value
    )
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    duration_ms = models.PositiveBigIntegerField(null=True, blank=True)
    output = models.TextField(blank=True, default="", db_default="")
    error_message = models.TextField(blank=True, default="", db_default="")
    metadata = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["execution", "step_number"]
        constraints = [
            models.UniqueConstraint(fields=["execution", "step_number"], name="step_number_once"),
            models.CheckConstraint(condition=models.Q(step_number__gte=1), name="step_number_from_one"),
            models.CheckConstraint(
                condition=models.Q(status__in=StepStatus.values), name="step_status_known"
            ),
            models.CheckConstraint(condition=models.Q(step_type__in=StepType.values), name="step_type_known"),
        ]

    def __str__(self) -> str:
        return f"{self.step_number}. {self.step_name}"

    def elapsed_ms(self) -> int | None:
        """What it took, or has taken so far; None before it began."""
        if self.duration_ms is not None or self.started_at is None:
            return self.duration_ms
        return max(0, round((timezone.now() - self.started_at).total_seconds() * 1000))
