"""Row hashes, refusal of change, the check of postings, and the seal chain: the files in imis/ledger/sql."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


def _file(name: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        sql=(SQL / f"{name}.sql").read_text(encoding="utf-8"),
        reverse_sql=(SQL / f"{name}.reverse.sql").read_text(encoding="utf-8"),
    )


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [
        _file("0001_row_hashes"),
        _file("0002_append_only"),
        _file("0003_postings"),
        _file("0004_chain"),
    ]
