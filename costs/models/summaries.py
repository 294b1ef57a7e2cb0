from django.db import models

from system.money import UsdField, not_negative


class MonthlyCostSummary(models.Model):
    """One calendar month in TIME_ZONE. `cost_by_agent_type` maps an agent to USD as a decimal string."""

    year = models.PositiveSmallIntegerField()
    month = models.PositiveSmallIntegerField()
    total_cost_usd = UsdField(default=0)
    total_executions = models.PositiveBigIntegerField(default=0, db_default=0)
    total_tokens = models.PositiveBigIntegerField(default=0, db_default=0)
    avg_cost_per_execution = UsdField(default=0)
    avg_tokens_per_execution = models.FloatField(default=0, db_default=0)
    cost_by_agent_type = models.JSONField(default=dict)
    last_updated = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "monthly cost summaries"
        ordering = ["-year", "-month"]
        constraints = [
            models.UniqueConstraint(fields=["year", "month"], name="summary_month_once"),
            models.CheckConstraint(condition=models.Q(month__range=(1, 12)), name="summary_month_exists"),
            not_negative("total_cost_usd", "summary_cost_not_negative"),
            not_negative("avg_cost_per_execution", "summary_average_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02}"
