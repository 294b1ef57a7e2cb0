import system.money
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("costs", "0002_model_prices"),
    ]

    operations = [
        migrations.AddField(
            model_name="costrecord",
            name="batchable_usd",
            field=system.money.UsdField(blank=True, default=0, null=True),
        ),
        migrations.AddField(
            model_name="costrecord",
            name="cache_saved_usd",
            field=system.money.UsdField(blank=True, default=0, null=True),
        ),
        migrations.AddField(
            model_name="costrecord",
            name="is_first",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="of its execution: the one that counts the execution",
            ),
        ),
        migrations.AddField(
            model_name="costrecord",
            name="trigger_source",
            field=models.CharField(blank=True, db_default="", default="", max_length=100),
        ),
        migrations.AddField(
            model_name="costrecord",
            name="triggered_by",
            field=models.CharField(
                choices=[("manual", "Manual"), ("schedule", "Schedule"), ("webhook", "Webhook")],
                db_default="manual",
                default="manual",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="costrecord",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_first", True)), fields=("execution",), name="cost_first_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="costrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(("triggered_by__in", ["manual", "schedule", "webhook"])),
                name="cost_trigger_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="costrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("batchable_usd__isnull", True), ("batchable_usd__gte", Decimal("0")), _connector="OR"
                ),
                name="cost_batchable_not_negative",
            ),
        ),
    ]
