"""Indexes, word dictionary and functions of the register's search."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("holdings", "0002_refusals")]

    operations = [
        migrations.RunSQL(
            (SQL / "0003_search.sql").read_text(encoding="utf-8"),
            (SQL / "0003_search_reverse.sql").read_text(encoding="utf-8"),
        )
    ]
