import django.utils.timezone
import system.money
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("costs", "0005_budgets"),
    ]

    operations = [
        migrations.CreateModel(
            name="DailyReconciliation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(unique=True)),
                ("recorded_usd", system.money.UsdField()),
                ("reported_usd", system.money.UsdField()),
                ("unpriced_records", models.PositiveBigIntegerField(db_default=0, default=0)),
                ("checked_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["-day"],
            },
        ),
        migrations.AddConstraint(
            model_name="dailyreconciliation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("recorded_usd__isnull", True), ("recorded_usd__gte", Decimal("0")), _connector="OR"
                ),
                name="reconciled_recorded_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="dailyreconciliation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reported_usd__isnull", True), ("reported_usd__gte", Decimal("0")), _connector="OR"
                ),
                name="reconciled_reported_not_negative",
            ),
        ),
    ]
