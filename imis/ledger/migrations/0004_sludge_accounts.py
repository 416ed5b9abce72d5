"""The accounts of the sludge service."""

from __future__ import annotations

from typing import Any

from django.db import migrations

CHART = [
    # code, Bangla, English, kind
    ("receivable_sludge", "প্রাপ্য পয়ঃবর্জ্য ফি", "Sludge fees receivable", "asset"),
    ("revenue_sludge", "পয়ঃবর্জ্য সেবার রাজস্ব", "Sludge service revenue", "income"),
]


def seed(apps: Any, schema_editor: Any) -> None:
    """Adds the accounts."""
    account = apps.get_model("ledger", "Account")
    account.objects.bulk_create(
        account(code=code, name_bn=name_bn, name_en=name_en, kind=kind) for code, name_bn, name_en, kind in CHART
    )


def unseed(apps: Any, schema_editor: Any) -> None:
    """Takes the accounts away again; fails, as it should, when a line uses one."""
    apps.get_model("ledger", "Account").objects.filter(code__in=[row[0] for row in CHART]).delete()


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_accounts")]
    operations = [migrations.RunPython(seed, unseed)]
