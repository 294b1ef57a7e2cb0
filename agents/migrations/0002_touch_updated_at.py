from django.db import migrations

from system.triggers import touch_updated_at


class Migration(migrations.Migration):
    dependencies = [("agents", "0001_initial")]

    operations = [touch_updated_at("agents_agentconfiguration")]
