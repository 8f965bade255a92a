"""Every installation begins with the support hours of the source document, where the desk is."""

from django.conf import settings
from django.db import migrations
from django.utils import timezone

COUNTRIES = {"America/Montevideo": "UY"}


def make(apps, schema_editor):
    apps.get_model("contracts", "WorkCalendar").objects.create(
        name="Horario de soporte",
        zone=settings.TIME_ZONE,
        country=COUNTRIES.get(settings.TIME_ZONE, ""),
        standard=True,
        changed_at=timezone.now(),
    )


class Migration(migrations.Migration):

    dependencies = [
        ("contracts", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(make, migrations.RunPython.noop),
    ]
