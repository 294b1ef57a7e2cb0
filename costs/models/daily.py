from django.db import models

from system.money import UsdField, not_negative


class DailyCost(models.Model):
    """Cost records of a day (in TIME_ZONE), added up in the transaction that records each of them."""

    day = models.DateField()
    agent_type = models.CharField(max_length=100)
    model_used = models.CharField(max_length=100)
    node_id = models.CharField(max_length=100)
    records = models.PositiveBigIntegerField(default=0)
    unpriced_records = models.PositiveBigIntegerField(default=0)
    cost_usd = UsdField(default=0)
    tokens_used = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "agent_type", "model_used", "node_id"], name="daily_cost_once"
            ),
            not_negative("cost_usd", "daily_cost_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.agent_type} {self.model_used}: {self.cost_usd} USD"
