from django.db import migrations

from system.triggers import touch_updated_at


class Migration(migrations.Migration):
    dependencies = [("costs", "0006_reconciliation")]

    operations = [touch_updated_at("costs_modelprice", "costs_budget")]
