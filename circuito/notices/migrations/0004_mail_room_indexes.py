"""Indexes for the mail room: what was settled in a week, and what somebody may have to do something about."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0003_volume")]

    operations = [
        migrations.AddIndex("notice", models.Index(fields=["settled_at"], name="notice_settled")),
        migrations.AddIndex(
            "notice",
            models.Index(
                fields=["fate", "id"],
                name="notice_in_trouble",
                condition=models.Q(("fate__in", ("uncertain", "failed", "withheld", "bounced"))),
            ),
        ),
    ]
