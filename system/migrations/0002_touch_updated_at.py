from django.db import migrations

from system.triggers import touch_updated_at


class Migration(migrations.Migration):
    dependencies = [("system", "0001_initial")]

    operations = [touch_updated_at("system_node", "system_appsetting", "system_apitoken")]
