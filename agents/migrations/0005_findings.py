import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models

from system.triggers import touch_updated_at


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0004_versions"),
        ("executions", "0004_execution_totals"),
        ("system", "0008_audit"),
    ]

    operations = [
        migrations.CreateModel(
            name="Finding",
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
                ("fingerprint", models.CharField(editable=False, max_length=64, unique=True)),
                ("agent_type", models.CharField(max_length=100)),
                ("node_id", models.CharField(max_length=100)),
                ("about", models.CharField(editable=False, max_length=200)),
                (
                    "judged_by",
                    models.CharField(blank=True, db_default="", default="", editable=False, max_length=100),
                ),
                ("title", models.CharField(max_length=200)),
                (
                    "severity",
                    models.CharField(
                        choices=[("info", "Info"), ("warning", "Warning"), ("critical", "Critical")],
                        max_length=10,
                    ),
                ),
                ("evidence", models.TextField(blank=True, db_default="", default="")),
                ("recommendation", models.TextField(blank=True, db_default="", default="")),
                ("command", models.TextField(blank=True, db_default="", default="")),
                ("first_seen", models.DateTimeField()),
                ("last_seen", models.DateTimeField()),
                ("count", models.PositiveIntegerField(db_default=1, default=1)),
                ("days", models.JSONField(blank=True, default=dict, editable=False)),
                ("regressions", models.PositiveIntegerField(db_default=0, default=0)),
                ("back_at", models.DateTimeField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("acknowledged", "Acknowledged"),
                            ("snoozed", "Snoozed"),
                            ("resolved", "Resolved"),
                        ],
                        db_default="open",
                        default="open",
                        max_length=12,
                    ),
                ),
                ("state_since", models.DateTimeField(default=django.utils.timezone.now)),
                ("state_by", models.CharField(blank=True, db_default="", default="", max_length=150)),
                ("snoozed_until", models.DateTimeField(blank=True, null=True)),
                (
                    "silenced_severity",
                    models.CharField(
                        blank=True,
                        choices=[("info", "Info"), ("warning", "Warning"), ("critical", "Critical")],
                        db_default="",
                        default="",
                        editable=False,
                        max_length=10,
                    ),
                ),
                ("note", models.TextField(blank=True, db_default="", default="")),
                (
                    "told",
                    models.CharField(
                        blank=True,
                        choices=[("info", "Info"), ("warning", "Warning"), ("critical", "Critical")],
                        db_default="",
                        default="",
                        editable=False,
                        max_length=10,
                    ),
                ),
                (
                    "alert",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="system.alert",
                    ),
                ),
                (
                    "first_execution",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="executions.execution",
                    ),
                ),
                (
                    "last_execution",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="executions.execution",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["agent_type", "node_id", "state"], name="finding_place"),
                    models.Index(fields=["state", "id"], name="finding_state"),
                    models.Index(fields=["updated_at"], name="finding_updated"),
                    models.Index(
                        condition=models.Q(("state", "snoozed")),
                        fields=["snoozed_until"],
                        name="finding_snoozed",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "acknowledged", "snoozed", "resolved"])),
                        name="finding_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("severity__in", ["info", "warning", "critical"])),
                        name="finding_severity_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("first_seen__lte", models.F("last_seen"))),
                        name="finding_seen_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "snoozed"), _negated=True),
                            ("snoozed_until__isnull", False),
                            _connector="OR",
                        ),
                        name="finding_snoozed_has_end",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("back_at__isnull", True), ("regressions__gte", 1), _connector="OR"
                        ),
                        name="finding_back_is_counted",
                    ),
                ],
            },
        ),
        touch_updated_at("agents_finding"),
    ]
