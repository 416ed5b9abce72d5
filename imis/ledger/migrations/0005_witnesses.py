"""Closed days witness the rows outside the books: the table beside the chain, and imis/ledger/sql/0005_witnesses.sql."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from imis.sql import run_file


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_sludge_accounts")]
    operations = [
        migrations.CreateModel(
            name="Witness",
            fields=[
                ("pk", models.CompositePrimaryKey("seal_id", "name", blank=True, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=60)),
                ("keys", models.TextField()),
                ("row_count", models.BigIntegerField()),
                ("marks", models.BinaryField()),
                ("seal", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="witnesses", to="ledger.seal")),
            ],
        ),
        run_file(__file__, "0005_witnesses"),
    ]
