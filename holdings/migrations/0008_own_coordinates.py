"""A row that was placed may get its file's own coordinates beside, once, when its system is stated anew."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("holdings", "0007_blanks")]

    operations = [
        migrations.RunSQL(
            (SQL / "0008_own_coordinates.sql").read_text(encoding="utf-8"),
            (SQL / "0008_own_coordinates_reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
