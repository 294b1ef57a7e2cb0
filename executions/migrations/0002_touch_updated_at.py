from django.db import migrations

from system.triggers import touch_updated_at


class Migration(migrations.Migration):
    dependencies = [("executions", "0001_initial")]

    operations = [touch_updated_at("executions_execution", "executions_executionstep")]
