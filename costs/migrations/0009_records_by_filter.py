from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("costs", "0008_daily_totals"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="costrecord",
            index=models.Index(fields=["agent_type", "timestamp"], name="cost_agent_time"),
        ),
        migrations.AddIndex(
            model_name="costrecord",
            index=models.Index(fields=["model_used", "timestamp"], name="cost_model_time"),
        ),
        migrations.AddIndex(
            model_name="costrecord",
            index=models.Index(
                condition=models.Q(("total_cost_usd__isnull", True)),
                fields=["total_cost_usd", "timestamp"],
                name="cost_unpriced_time",
            ),
        ),
        migrations.AddIndex(
            model_name="costrecord",
            index=models.Index(
                condition=models.Q(("is_complete", False)),
                fields=["timestamp"],
                name="cost_incomplete_time",
            ),
        ),
    ]
