from django.db import models

from costs.querysets import DailyCostQuerySet
from executions.models import Trigger
from system.money import UsdField, not_negative
from system.readable import read_rounded

KEY = ("day", "agent_type", "model_used", "node_id", "triggered_by", "trigger_source")
TOKENS = ("input_tokens", "output_tokens", "cache_write_tokens", "cache_read_tokens")
COUNTS = ("records", "unpriced_records", "executions", "tokens_used", *TOKENS)
AMOUNTS = ("cost_usd", "cache_saved_usd", "batchable_usd")


class DailyCost(models.Model):
    """Cost records of a day (in TIME_ZONE), added up in the transaction that records each of them.

    `executions` counts each execution once, on the day and under the model of its first record.
    """

    day = models.DateField()
    agent_type = models.CharField(max_length=100)
    model_used = models.CharField(max_length=100)
    node_id = models.CharField(max_length=100)
    triggered_by = models.CharField(
        max_length=10, choices=Trigger, default=Trigger.MANUAL, db_default=Trigger.MANUAL.value
    )
    trigger_source = models.CharField(max_length=100, blank=True, default="", db_default="")
    records = models.PositiveBigIntegerField(default=0)
    unpriced_records = models.PositiveBigIntegerField(default=0)
    executions = models.PositiveBigIntegerField(default=0, db_default=0)
    cost_usd = UsdField(default=0)
    cache_saved_usd = UsdField(default=0, db_default=0, help_text="below 0: caching cost more than it saved")
    batchable_usd = UsdField(default=0, db_default=0, help_text="what a batch would have discounted")
    tokens_used = models.PositiveBigIntegerField(default=0)
    input_tokens = models.PositiveBigIntegerField(default=0, db_default=0)
    output_tokens = models.PositiveBigIntegerField(default=0, db_default=0)
    cache_write_tokens = models.PositiveBigIntegerField(default=0, db_default=0)
    cache_read_tokens = models.PositiveBigIntegerField(default=0, db_default=0)

    objects = DailyCostQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=KEY, name="daily_cost_once"),
            models.CheckConstraint(
                condition=models.Q(triggered_by__in=Trigger.values), name="daily_cost_trigger_known"
            ),
            not_negative("cost_usd", "daily_cost_not_negative"),
            not_negative("batchable_usd", "daily_cost_batchable_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.agent_type} {self.model_used}: {read_rounded(self.cost_usd)} USD"
