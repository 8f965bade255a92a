from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("tickets", "0004_ledger"),
    ]

    operations = [
        migrations.AlterField(
            model_name="quote",
            name="expires_at",
            field=models.DateTimeField(),
        ),
        migrations.AddConstraint(
            model_name="quote",
            constraint=models.UniqueConstraint(fields=("ticket", "version"), name="quote_version_once"),
        ),
    ]
