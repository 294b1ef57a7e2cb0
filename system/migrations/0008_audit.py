import django.db.models.deletion
import django.utils.timezone
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import system.secrets
from system.append_only import append_only
from system.secrets import Secret
from system.triggers import keep_updated_at

# Their keys stand in it as browsers have them: who reads the table could go on where they are signed in.
END_SESSIONS = "DELETE FROM django_session"


def seal_secrets(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    settings_model = apps.get_model("system", "AppSetting")
    for pk, value in settings_model.objects.filter(is_secret=True).values_list("pk", "value"):
        settings_model.objects.filter(pk=pk).update(value="", sealed=Secret.of(value))


def open_secrets(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    settings_model = apps.get_model("system", "AppSetting")
    for pk, sealed in settings_model.objects.filter(is_secret=True).values_list("pk", "sealed"):
        settings_model.objects.filter(pk=pk).update(value=sealed.reveal(), sealed="")


class Migration(migrations.Migration):
    dependencies = [
        ("system", "0007_notifications"),
        ("sessions", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("actor", models.CharField(blank=True, default="", max_length=150)),
                (
                    "door",
                    models.CharField(
                        choices=[
                            ("console", "Console"),
                            ("api", "Api"),
                            ("socket", "Socket"),
                            ("webhook", "Webhook"),
                            ("command", "Command"),
                            ("house", "House"),
                        ],
                        max_length=10,
                    ),
                ),
                ("address", models.CharField(blank=True, default="", max_length=100)),
                ("token", models.CharField(blank=True, default="", max_length=12, verbose_name="by token")),
                ("action", models.CharField(max_length=60)),
                ("target", models.CharField(blank=True, default="", max_length=200)),
                ("changes", models.TextField(blank=True, default="{}")),
                ("previous", models.CharField(max_length=64)),
                ("digest", models.CharField(max_length=64)),
            ],
            options={
                "verbose_name_plural": "audit entries",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["at"], name="audit_at"),
                    models.Index(fields=["action", "id"], name="audit_action"),
                    models.Index(fields=["actor", "id"], name="audit_actor"),
                    models.Index(fields=["target", "id"], name="audit_target"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("door__in", ["console", "api", "socket", "webhook", "command", "house"])
                        ),
                        name="audit_door_known",
                    ),
                ],
            },
        ),
        append_only("system_auditentry"),
        migrations.CreateModel(
            name="ConsoleSession",
            fields=[
                (
                    "session_key",
                    models.CharField(
                        max_length=40, primary_key=True, serialize=False, verbose_name="session key"
                    ),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                ("address", models.CharField(blank=True, default="", max_length=100)),
                ("browser", models.CharField(blank=True, default="", max_length=200)),
                ("signed_in_at", models.DateTimeField(null=True)),
                ("seen_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="console_sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"verbose_name": "session", "ordering": ["-signed_in_at"]},
        ),
        migrations.RunSQL(END_SESSIONS, migrations.RunSQL.noop),
        keep_updated_at("system_apitoken", "system_appsetting"),
        migrations.AddField(
            model_name="apitoken",
            name="areas",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.AddField(
            model_name="appsetting",
            name="sealed",
            field=system.secrets.SecretField(blank=True, db_default="", default="", editable=False),
        ),
        migrations.RunPython(seal_secrets, open_secrets),
        migrations.AddConstraint(
            model_name="appsetting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("is_secret", False), ("sealed", "")),
                    models.Q(("is_secret", True), ("value", "")),
                    _connector="OR",
                ),
                name="setting_secret_sealed",
            ),
        ),
        keep_updated_at("system_apitoken", "system_appsetting"),
    ]
