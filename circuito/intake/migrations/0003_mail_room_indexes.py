"""Indexes for the mail room: the newest mails of an outcome or of a door, and how many came in a week."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("intake", "0002_mail_depth")]

    operations = [
        migrations.AddIndex("receivedmail", models.Index(fields=["outcome", "id"], name="mail_by_outcome")),
        migrations.AddIndex("receivedmail", models.Index(fields=["door", "id"], name="mail_by_door")),
        migrations.AddIndex("receivedmail", models.Index(fields=["received_at"], name="mail_by_time")),
    ]
