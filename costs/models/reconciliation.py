from decimal import Decimal

from django.db import models
from django.utils import timezone

from system.money import UsdField, not_negative
from system.readable import read_rounded

TOLERATED_USD = Decimal("0.01")
TOLERATED_PART = Decimal("0.005")  # of what was reported


class DailyReconciliation(models.Model):
    """A day in UTC as our ledger has it, and as Anthropic's cost report has it."""

    day = models.DateField(unique=True)
    recorded_usd = UsdField()
    reported_usd = UsdField()
    unpriced_records = models.PositiveBigIntegerField(default=0, db_default=0)
    checked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-day"]
        constraints = [
            not_negative("recorded_usd", "reconciled_recorded_not_negative"),
            not_negative("reported_usd", "reconciled_reported_not_negative"),
        ]

    def __str__(self) -> str:
        recorded, reported = map(read_rounded, (self.recorded_usd, self.reported_usd))
        return f"{self.day}: recorded {recorded}, reported {reported} USD"

    @property
    def difference_usd(self) -> Decimal:
        """Above zero where more was recorded than reported."""
        return self.recorded_usd - self.reported_usd

    @property
    def differs(self) -> bool:
        """By more than rounding and the hour between two clocks explain."""
        return abs(self.difference_usd) > max(TOLERATED_USD, TOLERATED_PART * self.reported_usd)
