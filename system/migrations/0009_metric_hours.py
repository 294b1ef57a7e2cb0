from django.db import migrations, models

QUANTITIES = ("cpu", "memory", "disk", "load", "temperature", "latency")


def columns_of(quantity: str) -> list[tuple[str, models.Field]]:  # type: ignore[type-arg]
    return [
        (f"{quantity}_readings", models.PositiveIntegerField(default=0)),
        (f"{quantity}_sum", models.FloatField(null=True)),
        (f"{quantity}_least", models.FloatField(null=True)),
        (f"{quantity}_most", models.FloatField(null=True)),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("system", "0008_audit"),
    ]

    operations = [
        migrations.AddField(
            model_name="systemmetric",
            name="cores",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="systemmetric",
            name="temperature_c",
            field=models.FloatField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="MetricHour",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("node_id", models.CharField(max_length=100)),
                ("hour", models.DateTimeField()),
                ("samples", models.PositiveIntegerField()),
                *(column for quantity in QUANTITIES for column in columns_of(quantity)),
            ],
            options={
                "indexes": [models.Index(fields=["hour"], name="metric_hour_time")],
                "constraints": [
                    models.UniqueConstraint(fields=("node_id", "hour"), name="metric_hour_once"),
                ],
            },
        ),
    ]
