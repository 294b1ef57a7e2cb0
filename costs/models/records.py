from django.db import models
from django.utils import timezone

from executions.models import Execution, Trigger
from system.money import UsdField, not_negative
from system.readable import read_rounded


class CostRecord(models.Model):
    """One billed attempt: what the API said it used, and what that costs at the rates of its time.

    Costs are null when the model has no known price (never 0). `year`, `month` and `day` are those of
    `timestamp` in TIME_ZONE. `usage` is raw, as received: the source for any later repricing.
    A record without an execution comes from elsewhere, such as an imported transcript, or has outlived its
    execution: money that was spent stays spent. It is then still the first of one where `is_first`.
    """

    execution = models.ForeignKey(
        Execution, null=True, blank=True, on_delete=models.SET_NULL, related_name="cost_records"
    )
    agent_type = models.CharField(max_length=100, default="unknown")
    node_id = models.CharField(max_length=100, default="localhost")
    triggered_by = models.CharField(
        max_length=10, choices=Trigger, default=Trigger.MANUAL, db_default=Trigger.MANUAL.value
    )
    trigger_source = models.CharField(max_length=100, blank=True, default="", db_default="")
    is_first = models.BooleanField(
        default=False, db_default=False, help_text="of its execution: the one that counts the execution"
    )
    model_used = models.CharField(max_length=100)
    input_tokens = models.PositiveBigIntegerField(default=0, db_default=0)
    output_tokens = models.PositiveBigIntegerField(default=0, db_default=0)
    cache_write_tokens = models.PositiveBigIntegerField(default=0, db_default=0)
    cache_read_tokens = models.PositiveBigIntegerField(default=0, db_default=0)
    input_cost_usd = UsdField(null=True, blank=True, default=0)
    output_cost_usd = UsdField(null=True, blank=True, default=0)
    cache_write_cost_usd = UsdField(null=True, blank=True, default=0)
    cache_read_cost_usd = UsdField(null=True, blank=True, default=0)
    web_search_cost_usd = UsdField(null=True, blank=True, default=0)
    total_cost_usd = UsdField(null=True, blank=True, default=0)
    cache_saved_usd = UsdField(null=True, blank=True, default=0)
    batchable_usd = UsdField(null=True, blank=True, default=0)
    request_id = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001 (NULLs differ)
    response_time_ms = models.PositiveBigIntegerField(null=True, blank=True)
    cache_hit = models.BooleanField(default=False, db_default=False)
    is_complete = models.BooleanField(default=True, db_default=True)
    usage = models.JSONField(default=dict)
    timestamp = models.DateTimeField(default=timezone.now)
    year = models.PositiveSmallIntegerField()
    month = models.PositiveSmallIntegerField()
    day = models.PositiveSmallIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["year", "month", "day"], name="cost_date"),
            models.Index(fields=["total_cost_usd"], name="cost_total"),
            models.Index(fields=["timestamp"], name="cost_time"),
            models.Index(fields=["agent_type", "timestamp"], name="cost_agent_time"),
            models.Index(fields=["model_used", "timestamp"], name="cost_model_time"),
            # With the column that is always null in front, or SQLite would take cost_total and sort.
            models.Index(
                fields=["total_cost_usd", "timestamp"],
                name="cost_unpriced_time",
                condition=models.Q(total_cost_usd__isnull=True),
            ),
            models.Index(
                fields=["timestamp"], name="cost_incomplete_time", condition=models.Q(is_complete=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["request_id"], name="cost_request_once", condition=models.Q(request_id__isnull=False)
            ),
            models.CheckConstraint(
                condition=models.Q(month__range=(1, 12), day__range=(1, 31)), name="cost_date_exists"
            ),
            models.UniqueConstraint(
                fields=["execution"], name="cost_first_once", condition=models.Q(is_first=True)
            ),
            models.CheckConstraint(
                condition=models.Q(triggered_by__in=Trigger.values), name="cost_trigger_known"
            ),
            not_negative("batchable_usd", "cost_batchable_not_negative"),
            *(
                not_negative(f"{part}_cost_usd", f"cost_{part}_not_negative")
                for part in ("input", "output", "cache_write", "cache_read", "web_search", "total")
            ),
        ]

    def __str__(self) -> str:
        price = "unpriced" if self.total_cost_usd is None else f"{read_rounded(self.total_cost_usd)} USD"
        return f"{self.model_used}: {price}"

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens + self.cache_write_tokens + self.cache_read_tokens
