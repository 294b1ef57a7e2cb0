from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0004_schedules_in_full")]

    operations = []
