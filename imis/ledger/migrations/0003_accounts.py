"""The chart of accounts of Part 1."""

from __future__ import annotations

from typing import Any

from django.db import migrations

CHART = [
    # code, Bangla, English, kind
    ("cash_counter", "কাউন্টারে নগদ", "Cash at counter", "asset"),
    ("bank", "ব্যাংক", "Bank", "asset"),
    ("receivable_tax", "প্রাপ্য কর", "Tax receivable", "asset"),
    ("revenue_tax", "কর রাজস্ব", "Tax revenue", "income"),
    ("revenue_surcharge", "সারচার্জ রাজস্ব", "Surcharge revenue", "income"),
    ("rebate_expense", "রিবেট ব্যয়", "Rebate expense", "expense"),
    ("rounding", "পূর্ণ টাকায় সমন্বয়", "Rounding to whole taka", "income"),
    ("advance", "করদাতার অগ্রিম", "Taxpayers' advance", "liability"),
]


def seed(apps: Any, schema_editor: Any) -> None:
    """Adds the accounts; the tables are empty when this runs."""
    account = apps.get_model("ledger", "Account")
    account.objects.bulk_create(
        account(code=code, name_bn=name_bn, name_en=name_en, kind=kind) for code, name_bn, name_en, kind in CHART
    )


def unseed(apps: Any, schema_editor: Any) -> None:
    """Takes the accounts away again; fails, as it should, when a line uses one."""
    apps.get_model("ledger", "Account").objects.filter(code__in=[row[0] for row in CHART]).delete()


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_guards")]
    operations = [migrations.RunPython(seed, unseed)]
