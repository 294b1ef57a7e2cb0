import system.money
from decimal import Decimal
from django.db import migrations, models

from costs.totals_triggers import keep_daily_totals


class Migration(migrations.Migration):
    dependencies = [
        ("costs", "0007_touch_updated_at"),
    ]

    operations = [
        migrations.CreateModel(
            name="DailyTotal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(unique=True)),
                ("changes", models.PositiveBigIntegerField(db_default=0, default=0)),
                ("records", models.PositiveBigIntegerField(db_default=0, default=0)),
                ("unpriced_records", models.PositiveBigIntegerField(db_default=0, default=0)),
                ("executions", models.PositiveBigIntegerField(db_default=0, default=0)),
                ("cost_usd", system.money.UsdField(db_default=0, default=0)),
                (
                    "cache_saved_usd",
                    system.money.UsdField(
                        db_default=0, default=0, help_text="below 0: caching cost more than it saved"
                    ),
                ),
                (
                    "batchable_usd",
                    system.money.UsdField(
                        db_default=0, default=0, help_text="what a batch would have discounted"
                    ),
                ),
                ("tokens_used", models.PositiveBigIntegerField(db_default=0, default=0)),
                ("input_tokens", models.PositiveBigIntegerField(db_default=0, default=0)),
                ("output_tokens", models.PositiveBigIntegerField(db_default=0, default=0)),
                ("cache_write_tokens", models.PositiveBigIntegerField(db_default=0, default=0)),
                ("cache_read_tokens", models.PositiveBigIntegerField(db_default=0, default=0)),
            ],
            options={
                "ordering": ["-day"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cost_usd__isnull", True), ("cost_usd__gte", Decimal("0")), _connector="OR"
                        ),
                        name="daily_total_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("batchable_usd__isnull", True),
                            ("batchable_usd__gte", Decimal("0")),
                            _connector="OR",
                        ),
                        name="daily_total_batchable_not_negative",
                    ),
                ],
            },
        ),
        keep_daily_totals(
            "records",
            "unpriced_records",
            "executions",
            "cost_usd",
            "cache_saved_usd",
            "batchable_usd",
            "tokens_used",
            "input_tokens",
            "output_tokens",
            "cache_write_tokens",
            "cache_read_tokens",
        ),
    ]
