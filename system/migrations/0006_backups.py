from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("system", "0005_alerts_and_counters")]

    operations = []
