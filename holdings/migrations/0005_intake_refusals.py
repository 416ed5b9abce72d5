"""Refuses in the database that what a file brought changes or goes."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("holdings", "0004_intake")]

    operations = [
        migrations.RunSQL(
            (SQL / "0005_intake_refusals.sql").read_text(encoding="utf-8"),
            (SQL / "0005_intake_refusals_reverse.sql").read_text(encoding="utf-8"),
        )
    ]
