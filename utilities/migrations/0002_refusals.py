"""Refuses in the database what the utilities must never hold."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("utilities", "0001_initial")]

    operations = [
        migrations.RunSQL(
            (SQL / "0002_refusals.sql").read_text(encoding="utf-8"),
            (SQL / "0002_refusals_reverse.sql").read_text(encoding="utf-8"),
        )
    ]
