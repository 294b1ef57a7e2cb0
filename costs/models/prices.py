from decimal import Decimal
from functools import reduce
from operator import or_

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from system.models import Timestamped
from system.money import UsdField

RATES = ("input", "output", "w5", "w1", "read")
FAST = tuple(f"fast_{rate}" for rate in RATES)
LONG = tuple(f"long_{rate}" for rate in RATES)
RATE = "USD per million tokens"


def _all_or_none(*columns: str) -> models.Q:
    return models.Q(**{f"{column}__isnull": True for column in columns}) | models.Q(
        **{f"{column}__isnull": False for column in columns}
    )


class ModelPrice(Timestamped):
    """What a model's tokens cost from `valid_from` on, until a later version of the same model.

    Adding or changing one rewrites nothing that was recorded: `manage.py reprice` does that, on purpose.
    `w5` and `w1` are cache writes of 5 minutes and 1 hour.
    """

    model = models.CharField(max_length=100, help_text="as the API names it, without its date")
    valid_from = models.DateTimeField()
    input = UsdField(help_text=RATE)
    output = UsdField(help_text=RATE)
    w5 = UsdField(help_text=RATE)
    w1 = UsdField(help_text=RATE)
    read = UsdField(help_text=RATE)
    fast_input = UsdField(null=True, blank=True, help_text=RATE)
    fast_output = UsdField(null=True, blank=True, help_text=RATE)
    fast_w5 = UsdField(null=True, blank=True, help_text=RATE)
    fast_w1 = UsdField(null=True, blank=True, help_text=RATE)
    fast_read = UsdField(null=True, blank=True, help_text=RATE)
    long_above = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="prompt tokens, caches counted; above, the long rates hold for all"
    )
    long_input = UsdField(null=True, blank=True, help_text=RATE)
    long_output = UsdField(null=True, blank=True, help_text=RATE)
    long_w5 = UsdField(null=True, blank=True, help_text=RATE)
    long_w1 = UsdField(null=True, blank=True, help_text=RATE)
    long_read = UsdField(null=True, blank=True, help_text=RATE)
    batch_percent = models.PositiveSmallIntegerField(
        default=50, db_default=50, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    us_percent = models.PositiveSmallIntegerField(
        default=110, db_default=110, validators=[MinValueValidator(100), MaxValueValidator(1000)]
    )
    web_search = UsdField(default=Decimal("0.01"), help_text="USD per search")
    note = models.CharField(max_length=200, blank=True, default="", db_default="")

    class Meta:
        ordering = ["model", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["model", "valid_from"], name="price_version_once"),
            models.CheckConstraint(
                condition=~reduce(
                    or_,
                    (
                        models.Q(**{f"{rate}__lt": Decimal(0)})
                        for rate in (*RATES, *FAST, *LONG, "web_search")
                    ),
                ),
                name="price_not_negative",
            ),
            models.CheckConstraint(condition=_all_or_none(*FAST), name="price_fast_whole"),
            models.CheckConstraint(condition=_all_or_none("long_above", *LONG), name="price_long_whole"),
            models.CheckConstraint(
                condition=models.Q(batch_percent__range=(1, 100), us_percent__range=(100, 1000)),
                name="price_percents",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} from {self.valid_from:%Y-%m-%d %H:%M}"
