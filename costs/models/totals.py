from django.db import models

from costs.querysets import DailyTotalQuerySet
from system.money import UsdField, not_negative
from system.readable import read_rounded


class DailyTotal(models.Model):
    """All rows of DailyCost of one day, added up: what figures by day and by month read.

    Triggers of the database keep it (migration 0008), in the transaction and whoever writes: a record, an
    import, a repair, SQL by hand. So a year is 366 rows to read, however many agents and models there are.
    `changes` only ever grows, by one for each row of DailyCost that is written.
    """

    day = models.DateField(unique=True)
    changes = models.PositiveBigIntegerField(default=0, db_default=0)
    records = models.PositiveBigIntegerField(default=0, db_default=0)
    unpriced_records = models.PositiveBigIntegerField(default=0, db_default=0)
    executions = models.PositiveBigIntegerField(default=0, db_default=0)
    cost_usd = UsdField(default=0, db_default=0)
    cache_saved_usd = UsdField(default=0, db_default=0, help_text="below 0: caching cost more than it saved")
    batchable_usd = UsdField(default=0, db_default=0, help_text="what a batch would have discounted")
    tokens_used = models.PositiveBigIntegerField(default=0, db_default=0)
    input_tokens = models.PositiveBigIntegerField(default=0, db_default=0)
    output_tokens = models.PositiveBigIntegerField(default=0, db_default=0)
    cache_write_tokens = models.PositiveBigIntegerField(default=0, db_default=0)
    cache_read_tokens = models.PositiveBigIntegerField(default=0, db_default=0)

    objects = DailyTotalQuerySet.as_manager()

    class Meta:
        ordering = ["-day"]
        constraints = [
            not_negative("cost_usd", "daily_total_not_negative"),
            not_negative("batchable_usd", "daily_total_batchable_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {read_rounded(self.cost_usd)} USD"


class CostTotal(models.Model):
    """What was ever recorded of an agent and a model: for counters, so it only grows.

    Triggers on CostRecord add to it (migration 0010), whoever writes. A record that is priced anew adds what
    it costs more; what it costs less, and what is deleted, takes nothing away: what is true, DailyCost has.
    """

    agent_type = models.CharField(max_length=100)
    model_used = models.CharField(max_length=100)
    records = models.PositiveBigIntegerField(default=0, db_default=0)
    cost_usd = UsdField(default=0, db_default=0)
    input_tokens = models.PositiveBigIntegerField(default=0, db_default=0)
    output_tokens = models.PositiveBigIntegerField(default=0, db_default=0)
    cache_write_tokens = models.PositiveBigIntegerField(default=0, db_default=0)
    cache_read_tokens = models.PositiveBigIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agent_type", "model_used"], name="cost_ever_once"),
            not_negative("cost_usd", "cost_ever_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.agent_type} {self.model_used}: {read_rounded(self.cost_usd)} USD"
