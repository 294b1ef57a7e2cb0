from django.db import models

from executions.models.executions import ENDED
from system.money import UsdField, not_negative


class DailyExecutions(models.Model):
    """Ended executions of a day (in TIME_ZONE), added up in the transaction that ends each of them.

    What the dashboard counts comes from here: its cost must not grow with the history.
    """

    day = models.DateField()
    agent_type = models.CharField(max_length=100)
    node_id = models.CharField(max_length=100)
    status = models.CharField(max_length=10)
    executions = models.PositiveBigIntegerField(default=0)
    duration_ms = models.PositiveBigIntegerField(default=0)
    fastest_ms = models.PositiveBigIntegerField(null=True, blank=True)
    slowest_ms = models.PositiveBigIntegerField(null=True, blank=True)
    cost_usd = UsdField(default=0)
    tokens_used = models.PositiveBigIntegerField(default=0)
    last_started_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "daily executions"
        constraints = [
            models.UniqueConstraint(
                fields=["day", "agent_type", "node_id", "status"], name="daily_executions_once"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=[status.value for status in ENDED]), name="daily_status_ended"
            ),
            not_negative("cost_usd", "daily_executions_cost_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.agent_type} {self.status}: {self.executions}"
