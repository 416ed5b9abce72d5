"""Parts settled from credit name their posting and the day of their prices, so that a shared rebate can be undone."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0004_sludge_accounts'),
        ('tax', '0007_lowering'),
    ]

    operations = [
        migrations.AddField(
            model_name='allocation',
            name='effective_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='allocation',
            name='entry',
            field=models.ForeignKey(db_index=False, null=True, on_delete=models.PROTECT, related_name='+', to='ledger.entry'),
        ),
        migrations.AddConstraint(
            model_name='allocation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('effective_on__isnull', True), ('entry__isnull', True)), models.Q(('effective_on__isnull', False), ('entry__isnull', False)), _connector='OR'), name='allocation_of_credit_names_its_day'),
        ),
    ]
