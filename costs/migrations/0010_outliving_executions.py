import django.db.models.deletion
import system.money
from decimal import Decimal
from django.db import migrations, models

from costs.ever_triggers import keep_cost_totals


class Migration(migrations.Migration):
    dependencies = [
        ("costs", "0009_records_by_filter"),
        ("executions", "0004_execution_totals"),
    ]

    operations = [
        migrations.AlterField(
            model_name="costrecord",
            name="execution",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="cost_records",
                to="executions.execution",
            ),
        ),
        migrations.CreateModel(
            name="CostTotal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("agent_type", models.CharField(max_length=100)),
                ("model_used", models.CharField(max_length=100)),
                ("records", models.PositiveBigIntegerField(db_default=0, default=0)),
                ("cost_usd", system.money.UsdField(db_default=0, default=0)),
                ("input_tokens", models.PositiveBigIntegerField(db_default=0, default=0)),
                ("output_tokens", models.PositiveBigIntegerField(db_default=0, default=0)),
                ("cache_write_tokens", models.PositiveBigIntegerField(db_default=0, default=0)),
                ("cache_read_tokens", models.PositiveBigIntegerField(db_default=0, default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("agent_type", "model_used"), name="cost_ever_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cost_usd__isnull", True), ("cost_usd__gte", Decimal("0")), _connector="OR"
                        ),
                        name="cost_ever_not_negative",
                    ),
                ],
            },
        ),
        keep_cost_totals(),
    ]
