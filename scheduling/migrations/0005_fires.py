import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("executions", "0004_execution_totals"),
        ("scheduling", "0004_schedules_in_full"),
    ]

    operations = [
        migrations.CreateModel(
            name="Fire",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("node_id", models.CharField(blank=True, db_default="", default="", max_length=100)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("launched", "Launched"),
                            ("skipped", "Skipped"),
                            ("missed", "Missed"),
                            ("refused", "Refused"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason", models.TextField(blank=True, db_default="", default="")),
                ("covers", models.PositiveIntegerField(db_default=1, default=1)),
                ("fired_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("lateness_ms", models.PositiveBigIntegerField(db_default=0, default=0)),
                (
                    "execution",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="fires",
                        to="executions.execution",
                    ),
                ),
                (
                    "schedule",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="fires",
                        to="scheduling.schedule",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(fields=("schedule", "due_at", "node_id"), name="fire_due_once"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["launched", "skipped", "missed", "refused"])),
                        name="fire_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("covers", 1),
                            models.Q(("covers__gt", 1), ("state", "missed")),
                            _connector="OR",
                        ),
                        name="fire_covers_missed_only",
                    ),
                ],
            },
        ),
    ]
