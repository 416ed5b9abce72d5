"""Indexes for the tax desk: who is assessed and what waits, counted without the wide rows."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tax", "0005_bills_ahead"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="assessment",
            index=models.Index(
                condition=models.Q(("state", "in_force")),
                fields=["holding"],
                include=("valid",),
                name="assessment_in_force",
            ),
        ),
        migrations.AddIndex(
            model_name="assessment",
            index=models.Index(
                condition=models.Q(("state", "proposed")), fields=["holding"], name="assessment_waiting"
            ),
        ),
    ]
