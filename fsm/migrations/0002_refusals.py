"""Refuses in the database what the sludge service must never do."""

from django.db import migrations

from imis.sql import run_file


class Migration(migrations.Migration):
    dependencies = [("fsm", "0001_initial"), ("ledger", "0004_sludge_accounts")]

    operations = [run_file(__file__, "0002_refusals")]
