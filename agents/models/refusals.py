from django.db import models
from django.utils import timezone

from executions.models import Trigger


class LaunchRefusal(models.Model):
    """A launch that a limit refused, kept where a person will look for the run that did not happen."""

    agent_type = models.CharField(max_length=100)
    limit = models.CharField(max_length=30)
    detail = models.TextField()
    triggered_by = models.CharField(max_length=10, choices=Trigger)
    actor = models.CharField(max_length=150, blank=True, default="")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["agent_type", "id"], name="refusal_agent")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(triggered_by__in=Trigger.values), name="refusal_trigger_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.agent_type}: {self.detail}"
