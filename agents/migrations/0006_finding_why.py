from django.db import migrations, models

from system.triggers import keep_updated_at


class Migration(migrations.Migration):
    dependencies = [("agents", "0005_findings")]

    operations = [
        keep_updated_at("agents_finding"),
        migrations.AddField(
            model_name="finding",
            name="state_why",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        keep_updated_at("agents_finding"),
    ]
