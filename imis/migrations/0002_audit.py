"""Makes the audit log append-only and keeps changes of offices in a schema of their own."""

from __future__ import annotations

from django.db import migrations

from imis.sql import run_file


class Migration(migrations.Migration):
    """Runs sql/0002_audit.sql."""

    dependencies = [("imis", "0001_initial")]
    operations = [run_file(__file__, "0002_audit")]
