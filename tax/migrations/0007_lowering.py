"""Refuses a value lowered alone through a back-dated version, and keeps what lowers the tax as two officers wrote it."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("tax", "0006_wards_at_a_glance")]

    operations = [
        migrations.RunSQL(
            (SQL / "0007_lowering.sql").read_text(encoding="utf-8"),
            (SQL / "0007_lowering.reverse.sql").read_text(encoding="utf-8"),
        )
    ]
