import system.money
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("costs", "0003_records_by_trigger"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="dailycost",
            name="daily_cost_once",
        ),
        migrations.AddField(
            model_name="dailycost",
            name="batchable_usd",
            field=system.money.UsdField(
                db_default=0, default=0, help_text="what a batch would have discounted"
            ),
        ),
        migrations.AddField(
            model_name="dailycost",
            name="cache_read_tokens",
            field=models.PositiveBigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="dailycost",
            name="cache_saved_usd",
            field=system.money.UsdField(
                db_default=0, default=0, help_text="below 0: caching cost more than it saved"
            ),
        ),
        migrations.AddField(
            model_name="dailycost",
            name="cache_write_tokens",
            field=models.PositiveBigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="dailycost",
            name="executions",
            field=models.PositiveBigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="dailycost",
            name="input_tokens",
            field=models.PositiveBigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="dailycost",
            name="output_tokens",
            field=models.PositiveBigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="dailycost",
            name="trigger_source",
            field=models.CharField(blank=True, db_default="", default="", max_length=100),
        ),
        migrations.AddField(
            model_name="dailycost",
            name="triggered_by",
            field=models.CharField(
                choices=[("manual", "Manual"), ("schedule", "Schedule"), ("webhook", "Webhook")],
                db_default="manual",
                default="manual",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="dailycost",
            constraint=models.UniqueConstraint(
                fields=("day", "agent_type", "model_used", "node_id", "triggered_by", "trigger_source"),
                name="daily_cost_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="dailycost",
            constraint=models.CheckConstraint(
                condition=models.Q(("triggered_by__in", ["manual", "schedule", "webhook"])),
                name="daily_cost_trigger_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="dailycost",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("batchable_usd__isnull", True), ("batchable_usd__gte", Decimal("0")), _connector="OR"
                ),
                name="daily_cost_batchable_not_negative",
            ),
        ),
    ]
