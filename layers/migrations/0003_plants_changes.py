"""Notes each change of the treatment plants, which public tiles are drawn from."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("layers", "0002_changes"), ("fsm", "0001_initial")]
    operations = [
        migrations.RunSQL(
            (SQL / "0003_plants_changes.sql").read_text(encoding="utf-8"),
            (SQL / "0003_plants_changes_reverse.sql").read_text(encoding="utf-8"),
        )
    ]
