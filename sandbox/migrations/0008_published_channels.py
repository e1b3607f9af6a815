from typing import Any

from django.db import migrations


def name_the_channels(apps: Any, _editor: Any) -> None:
    """Reports that were public before the catalogue knew which channels they compare."""
    contenders = apps.get_model("sandbox", "Contender").objects
    for shown in apps.get_model("catalog", "PublicReport").objects.all():
        shown.channels.set(contenders.filter(trial__code=shown.code).values_list("channel_id", flat=True))


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0008_report_channels"),
        ("sandbox", "0007_pictures"),
    ]

    operations = [migrations.RunPython(name_the_channels, migrations.RunPython.noop)]
