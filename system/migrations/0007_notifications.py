from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("system", "0006_backups")]

    operations = []
