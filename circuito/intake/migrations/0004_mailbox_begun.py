"""Since when a mailbox's mail is taken in: what lay there before is not, whatever its UIDs become."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("intake", "0003_mail_room_indexes")]

    operations = [migrations.AddField("mailbox", "begun_at", models.DateTimeField(null=True))]
