from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0005_fires")]

    operations = []
