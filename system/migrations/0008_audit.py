from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("system", "0007_notifications")]

    operations = []
