import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("system", "0005_alerts_and_counters")]

    operations = [
        migrations.CreateModel(
            name="Backup",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("completed", "Completed"),
                            ("failed", "Failed"),
                        ],
                        db_default="running",
                        default="running",
                        max_length=10,
                    ),
                ),
                (
                    "trigger",
                    models.CharField(
                        choices=[("daily", "Daily"), ("manual", "Manual")],
                        db_default="daily",
                        default="daily",
                        max_length=10,
                    ),
                ),
                ("asked_by", models.CharField(blank=True, db_default="", default="", max_length=150)),
                ("node_id", models.CharField(help_text="the host whose disk holds it", max_length=100)),
                ("path", models.TextField(blank=True, db_default="", default="")),
                ("engine", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("size_bytes", models.PositiveBigIntegerField(blank=True, null=True)),
                ("sha256", models.CharField(blank=True, db_default="", default="", max_length=64)),
                ("manifest", models.JSONField(blank=True, default=dict)),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("error", models.TextField(blank=True, db_default="", default="")),
                (
                    "verified_at",
                    models.DateTimeField(
                        blank=True, help_text="when the whole file was last read and found right", null=True
                    ),
                ),
                ("verify_asked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "drilled_at",
                    models.DateTimeField(
                        blank=True, help_text="when it was last restored, as a drill", null=True
                    ),
                ),
                ("drill_passed", models.BooleanField(blank=True, null=True)),
                ("drill_detail", models.TextField(blank=True, db_default="", default="")),
                ("copied_to", models.TextField(blank=True, db_default="", default="")),
                ("copied_at", models.DateTimeField(blank=True, null=True)),
                ("copy_error", models.TextField(blank=True, db_default="", default="")),
            ],
            options={
                "ordering": ["-started_at", "-id"],
                "indexes": [models.Index(fields=["state", "-started_at"], name="backup_state_started")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["queued", "running", "completed", "failed"])),
                        name="backup_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("trigger__in", ["daily", "manual"])), name="backup_trigger_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", False), ("state__in", ["completed", "failed"])),
                            models.Q(
                                models.Q(("state__in", ["completed", "failed"]), _negated=True),
                                ("ended_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="backup_ended_has_ended_at",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "completed"), _negated=True),
                            models.Q(models.Q(("sha256", ""), _negated=True), ("size_bytes__isnull", False)),
                            _connector="OR",
                        ),
                        name="backup_completed_has_sum",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("drill_passed__isnull", True), ("drilled_at__isnull", True)),
                            models.Q(("drill_passed__isnull", False), ("drilled_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="backup_drill_has_outcome",
                    ),
                ],
            },
        ),
    ]
