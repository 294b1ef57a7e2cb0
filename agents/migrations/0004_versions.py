import django.utils.timezone
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from system.append_only import never_updated
from system.triggers import keep_updated_at

FIELDS = (
    "name", "description", "version", "enabled", "config", "max_cost_per_execution", "max_duration_ms",
    "timeout_ms", "max_concurrent_executions", "cooldown_ms",
)  # fmt: skip


def begin_histories(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """What every agent is now is its first version."""
    versions = apps.get_model("agents", "AgentVersion")
    agents = apps.get_model("agents", "AgentConfiguration")
    for agent in agents.objects.order_by("pk"):
        settings = {name: getattr(agent, name) for name in FIELDS}
        cap = settings["max_cost_per_execution"]
        settings["max_cost_per_execution"] = None if cap is None else f"{cap.normalize():f}"
        versions.objects.create(
            agent_type=agent.agent_type, number=1, settings=settings, source="found",
            comment="as it was when versions began to be kept",
        )  # fmt: skip
    agents.objects.update(revision=1)


class Migration(migrations.Migration):
    dependencies = [("agents", "0003_holds")]

    operations = [
        keep_updated_at("agents_agentconfiguration"),
        migrations.AddField(
            model_name="agentconfiguration",
            name="revision",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        keep_updated_at("agents_agentconfiguration"),
        migrations.CreateModel(
            name="AgentVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("agent_type", models.CharField(max_length=100)),
                ("number", models.PositiveIntegerField()),
                ("settings", models.JSONField()),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("console", "Console"),
                            ("api", "API"),
                            ("command", "Command"),
                            ("house", "House"),
                            ("import", "Import"),
                            ("seed", "Seed"),
                            ("found", "Found"),
                        ],
                        max_length=10,
                    ),
                ),
                ("author", models.CharField(blank=True, db_default="", default="", max_length=150)),
                ("comment", models.CharField(blank=True, db_default="", default="", max_length=200)),
                ("restored_from", models.PositiveIntegerField(blank=True, null=True)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(fields=("agent_type", "number"), name="agent_version_once"),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1)), name="agent_version_from_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("source__in", ["console", "api", "command", "house", "import", "seed", "found"])
                        ),
                        name="agent_version_source_known",
                    ),
                ],
            },
        ),
        migrations.RunPython(begin_histories, migrations.RunPython.noop),
        never_updated("agents_agentversion"),
    ]
