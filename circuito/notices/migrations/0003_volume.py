"""Indexes for the ceilings: what went out, and what was answered automatically, in an hour and a day."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0002_mail_depth")]

    operations = [
        migrations.AddIndex("notice", models.Index(fields=["attempted_at"], name="notice_attempted")),
        migrations.AddIndex(
            "notice",
            models.Index(
                fields=["created_at"], name="notice_answers", condition=models.Q(("automatic_answer", True))
            ),
        ),
    ]
