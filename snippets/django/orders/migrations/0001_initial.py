"""Written by `manage.py makemigrations`, read by a human, and not changed again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Order",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("tea", models.CharField(max_length=40)),
                ("made", models.DateTimeField(db_index=True, null=True)),
            ],
            options={"ordering": ["id"]},
        ),
    ]
