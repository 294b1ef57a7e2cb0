from django.db import migrations

from system.triggers import touch_updated_at


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0001_initial")]

    operations = [touch_updated_at("scheduling_schedule")]
