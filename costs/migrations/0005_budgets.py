import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import system.money
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("costs", "0004_days_by_trigger"),
        ("executions", "0003_trigger_source"),
    ]

    operations = [
        migrations.CreateModel(
            name="Budget",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True, db_default=django.db.models.functions.datetime.Now()
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("name", models.SlugField(db_index=False, max_length=100, unique=True)),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("all", "everything"),
                            ("agent", "Agent"),
                            ("model", "Model"),
                            ("node", "Node"),
                            ("schedule", "Schedule"),
                        ],
                        db_default="all",
                        default="all",
                        max_length=10,
                    ),
                ),
                (
                    "scope_value",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="which agent, model, node or schedule; empty for everything",
                        max_length=100,
                    ),
                ),
                (
                    "period",
                    models.CharField(
                        choices=[
                            ("execution", "Execution"),
                            ("day", "Day"),
                            ("week", "Week"),
                            ("month", "Month"),
                        ],
                        db_default="month",
                        default="month",
                        max_length=10,
                    ),
                ),
                ("amount_usd", system.money.UsdField(blank=True, help_text="USD", null=True)),
                ("max_runs", models.PositiveBigIntegerField(blank=True, null=True)),
                ("max_tokens", models.PositiveBigIntegerField(blank=True, null=True)),
                (
                    "max_turns",
                    models.PositiveBigIntegerField(blank=True, help_text="requests to a model", null=True),
                ),
                (
                    "is_hard",
                    models.BooleanField(
                        db_default=True,
                        default=True,
                        help_text="stop at the cap; else only say that it was passed",
                    ),
                ),
                ("enabled", models.BooleanField(db_default=True, default=True)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Reservation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("lease_token", models.UUIDField()),
                ("agent_type", models.CharField(max_length=100)),
                ("model_used", models.CharField(max_length=100)),
                ("node_id", models.CharField(max_length=100)),
                ("trigger_source", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("cost_usd", system.money.UsdField(default=0)),
                ("tokens", models.PositiveBigIntegerField(default=0)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.CheckConstraint(
                condition=models.Q(("scope__in", ["all", "agent", "model", "node", "schedule"])),
                name="budget_scope_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.CheckConstraint(
                condition=models.Q(("period__in", ["execution", "day", "week", "month"])),
                name="budget_period_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("scope", "all"), ("scope_value", "")),
                    models.Q(
                        models.Q(("scope", "all"), _negated=True),
                        models.Q(("scope_value", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="budget_scope_value",
            ),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_usd__isnull", True),
                    ("max_runs__isnull", True),
                    ("max_tokens__isnull", True),
                    ("max_turns__isnull", True),
                    _negated=True,
                ),
                name="budget_has_a_cap",
            ),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_usd__isnull", True), ("amount_usd__gte", Decimal("0")), _connector="OR"
                ),
                name="budget_not_negative",
            ),
        ),
        migrations.AddField(
            model_name="reservation",
            name="execution",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="reservations",
                to="executions.execution",
            ),
        ),
        migrations.AddConstraint(
            model_name="reservation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cost_usd__isnull", True), ("cost_usd__gte", Decimal("0")), _connector="OR"
                ),
                name="reservation_not_negative",
            ),
        ),
    ]
