"""Checks the links of holdings and buildings once a statement instead of once a row."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("holdings", "0005_intake_refusals")]

    operations = [
        migrations.AlterField(
            model_name="holdingbuilding",
            name="holding",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="building_links",
                to="holdings.holding",
            ),
        ),
        migrations.AlterField(
            model_name="holdingbuilding",
            name="building",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="holding_links",
                to="holdings.building",
            ),
        ),
        migrations.RunSQL(
            (SQL / "0006_links.sql").read_text(encoding="utf-8"),
            (SQL / "0006_links_reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
