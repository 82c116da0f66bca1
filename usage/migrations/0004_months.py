from datetime import date

from django.db import migrations, models
from django.db.models.functions import TruncMonth


def count_by_months_of_utc(apps, schema_editor):
    """What was counted before goes by days of UTC, and so do its months."""
    apps.get_model("usage", "UsageSum").objects.update(month=TruncMonth("day"))


class Migration(migrations.Migration):
    dependencies = [
        ("usage", "0003_budget"),
    ]

    operations = [
        migrations.AddField(
            model_name="helddays",
            name="zone",
            field=models.CharField(default="UTC", max_length=64),
        ),
        migrations.AddField(
            model_name="usagesum",
            name="month",
            field=models.DateField(default=date(1970, 1, 1)),
            preserve_default=False,
        ),
        migrations.RunPython(count_by_months_of_utc, migrations.RunPython.noop, elidable=True),
        migrations.AddIndex(
            model_name="usagesum",
            index=models.Index(
                condition=models.Q(("is_valid", True)),
                fields=["workspace", "month", "account"],
                name="usage_sum_by_month",
            ),
        ),
    ]
