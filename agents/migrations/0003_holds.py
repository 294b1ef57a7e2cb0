from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("agents", "0002_touch_updated_at")]

    operations = []
