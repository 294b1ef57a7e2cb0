from django.db import models

from agents.models import AgentConfiguration
from system.models import Timestamped


class Schedule(Timestamped):
    """When an agent runs by itself: five cron fields in a time zone."""

    name = models.CharField(max_length=200)
    agent = models.ForeignKey(
        AgentConfiguration,
        to_field="agent_type",
        db_column="agent_type",
        on_delete=models.CASCADE,
        related_name="schedules",
    )
    cron_expression = models.CharField(max_length=200)
    timezone = models.CharField(max_length=64, default="UTC", db_default="UTC")
    enabled = models.BooleanField(default=True, db_default=True)
    next_run = models.DateTimeField(null=True, blank=True)
    last_run = models.DateTimeField(null=True, blank=True)
    node_ids = models.JSONField(default=list, blank=True)
    execution_config = models.JSONField(default=dict, blank=True)
    max_executions = models.PositiveIntegerField(null=True, blank=True, help_text="empty: no end")
    executions_count = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        ordering = ["name"]
        indexes = [
            models.Index(fields=["enabled"], name="schedule_enabled"),
            models.Index(fields=["next_run"], name="schedule_next_run"),
        ]

    def __str__(self) -> str:
        return self.name
