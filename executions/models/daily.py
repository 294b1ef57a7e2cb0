from django.db import models

from executions.models.executions import ENDED
from system.money import UsdField, not_negative

STATUSES = [status.value for status in ENDED]


class EndedSums(models.Model):
    """What is added up of executions, in the transaction that ends each of them."""

    agent_type = models.CharField(max_length=100)
    status = models.CharField(max_length=10)
    executions = models.PositiveBigIntegerField(default=0)
    duration_ms = models.PositiveBigIntegerField(default=0)
    fastest_ms = models.PositiveBigIntegerField(null=True, blank=True)
    slowest_ms = models.PositiveBigIntegerField(null=True, blank=True)
    cost_usd = UsdField(default=0)
    tokens_used = models.PositiveBigIntegerField(default=0)
    last_started_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class DailyExecutions(EndedSums):
    """Ended executions of a day (in TIME_ZONE)."""

    day = models.DateField()
    node_id = models.CharField(max_length=100)

    class Meta:
        verbose_name_plural = "daily executions"
        constraints = [
            models.UniqueConstraint(
                fields=["day", "agent_type", "node_id", "status"], name="daily_executions_once"
            ),
            models.CheckConstraint(condition=models.Q(status__in=STATUSES), name="daily_status_ended"),
            not_negative("cost_usd", "daily_executions_cost_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.agent_type} {self.status}: {self.executions}"


class ExecutionTotal(EndedSums):
    """All executions of an agent that ever ended so: what the dashboard counts, however long it all was."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agent_type", "status"], name="execution_total_once"),
            models.CheckConstraint(condition=models.Q(status__in=STATUSES), name="total_status_ended"),
            not_negative("cost_usd", "execution_total_cost_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.agent_type} {self.status}: {self.executions}"
