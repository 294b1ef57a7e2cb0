import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import system.secrets
from django.db import migrations, models

from system.triggers import keep_updated_at, touch_updated_at

# What was raised before there was an outbox is not told by it.
ROUTED_ALREADY = "UPDATE system_alert SET is_routed = TRUE"


class Migration(migrations.Migration):
    dependencies = [("system", "0006_backups")]

    operations = [
        migrations.CreateModel(
            name="Cursor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=50, unique=True)),
                ("position", models.PositiveBigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="NotificationTarget",
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
                    "kind",
                    models.CharField(choices=[("apprise", "Apprise"), ("webhook", "Webhook")], max_length=10),
                ),
                ("url", system.secrets.SecretField()),
                ("scheme", models.CharField(editable=False, max_length=40)),
                ("signing_secret", system.secrets.SecretField(blank=True, db_default="", default="")),
                ("enabled", models.BooleanField(db_default=True, default=True)),
            ],
            options={
                "ordering": ["name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["apprise", "webhook"])), name="target_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind", "webhook"), ("signing_secret", ""), _connector="XOR"),
                        name="target_webhook_is_signed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NotificationRule",
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
                    "target",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rules",
                        to="system.notificationtarget",
                    ),
                ),
                ("kinds", models.JSONField(blank=True, default=list)),
                ("agent_types", models.JSONField(blank=True, default=list)),
                (
                    "min_severity",
                    models.CharField(
                        choices=[("info", "Info"), ("warning", "Warning"), ("critical", "Critical")],
                        db_default="info",
                        default="info",
                        max_length=10,
                    ),
                ),
                ("quiet_from", models.TimeField(blank=True, null=True)),
                ("quiet_until", models.TimeField(blank=True, null=True)),
                ("quiet_zone", models.CharField(db_default="UTC", default="UTC", max_length=64)),
                ("digest_minutes", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("after_alert", models.PositiveBigIntegerField(db_default=0, default=0, editable=False)),
                ("enabled", models.BooleanField(db_default=True, default=True)),
            ],
            options={
                "ordering": ["name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("min_severity__in", ["info", "warning", "critical"])),
                        name="rule_severity_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("quiet_from__isnull", True), ("quiet_until__isnull", True)),
                            models.Q(("quiet_from__isnull", False), ("quiet_until__isnull", False)),
                            _connector="OR",
                        ),
                        name="rule_quiet_hours_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("digest_minutes__lte", 1440)), name="rule_digest_within_a_day"
                    ),
                ],
            },
        ),
        touch_updated_at("system_notificationtarget", "system_notificationrule"),
        migrations.AddField(
            model_name="alert",
            name="is_routed",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.RunSQL(ROUTED_ALREADY, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(
                condition=models.Q(("is_routed", False)), fields=["id"], name="alert_unrouted"
            ),
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to="system.notificationtarget",
                    ),
                ),
                (
                    "alert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to="system.alert",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="notifications",
                        to="system.notificationrule",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("sending", "Sending"),
                            ("delivered", "Delivered"),
                            ("dead", "Dead"),
                        ],
                        db_default="waiting",
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("retry_at", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("message_id", models.CharField(blank=True, db_default="", default="", max_length=40)),
                ("last_error", models.TextField(blank=True, db_default="", default="")),
                ("lease_token", models.UUIDField(blank=True, editable=False, null=True)),
                ("lease_until", models.DateTimeField(blank=True, editable=False, null=True)),
                ("delivered_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["state", "id"], name="notification_state"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("target", "alert"), name="notification_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("lease_until__isnull", False)),
                        fields=("target",),
                        name="notification_one_on_its_way",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["waiting", "sending", "delivered", "dead"])),
                        name="notification_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("lease_until__isnull", True), ("state", "sending"), _connector="OR"
                        ),
                        name="notification_lease_while_sending",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "delivered"), ("delivered_at__isnull", True), _connector="XOR"
                        ),
                        name="notification_delivered_has_time",
                    ),
                ],
            },
        ),
        keep_updated_at("system_node"),
        migrations.AddField(
            model_name="node",
            name="worker_stopped_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        keep_updated_at("system_node"),
    ]
