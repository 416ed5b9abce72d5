"""Charge heads and Khulna's default rule sets from 1 July 2021.

What no source settles is named in `assumptions` of the parameters and is never printed as law: the corporation
replaces it by adopting a rule set of its own, with its memo number.
"""

from __future__ import annotations

import hashlib
import json
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import migrations

HEADS = [
    # code, Bangla, English, kind, account, order of allocation, legal reference
    ("holding_tax", "হোল্ডিং কর", "Holding tax", "tax", "revenue_tax", 1, "Act 60 of 2009 s.82"),
    ("conservancy", "পরিচ্ছন্নতা রেইট", "Conservancy rate", "rate", "revenue_tax", 2, "Act 60 of 2009 s.82"),
    ("street_light", "সড়ক বাতি রেইট", "Street-light rate", "rate", "revenue_tax", 3, "Act 60 of 2009 s.82"),
    ("water", "পানি রেইট", "Water rate", "rate", "revenue_tax", 4, "Act 60 of 2009 s.82"),
    ("health", "স্বাস্থ্য কর", "Health tax", "rate", "revenue_tax", 5, "Act 60 of 2009 s.82"),
    ("surcharge", "সারচার্জ", "Surcharge", "surcharge", "revenue_surcharge", 6, ""),
    ("rebate", "রিবেট", "Rebate", "rebate", "rebate_expense", 7, ""),
    ("rounding", "পূর্ণ টাকায় সমন্বয়", "Rounding to whole taka", "rounding", "rounding", 8, ""),
    ("advance", "অগ্রিম", "Advance", "credit", "advance", 9, ""),
]

# The shape of tax.rules.ruleset.Parameters when this migration was written; a migration does not import moving code.
PARAMETERS: dict[str, Any] = {
    "heads": [{"head": "holding_tax", "percent": "16"}],
    "maintenance_months": "2",
    "owner_relief_percent": "40",
    "owner_relief_base": "AV1",
    "interest_and_owner_relief": "CUMULATIVE",
    "floor": "1250.00",
    "rebate": {"1": "5", "2": "7.5", "3": "7.5", "4": "10"},
    "surcharge_percent": "15",
    "allocation_policy": "oldest_first",
    "allocation_order": ["earlier_years", "overdue", "current", "future"],
    "rounding_unit": "1.00",
    "advance_years": 5,
    "first_or_raised_value_in_force": True,
    "back_dating_days": {"bank": 30, "collector": 3, "counter": 0, "online": 7},
    "extensions": [],
    "assumptions": [
        "floor", "rebate", "rebate.2", "surcharge_percent", "owner_relief_base", "interest_and_owner_relief",
        "allocation_order", "advance_years", "first_or_raised_value_in_force", "back_dating_days", "rent_table",
    ],
}

RULE_SETS = [
    # code, Bangla, English, from, to, rent level
    ("kcc-2021", "খুলনা সিটি কর্পোরেশন ২০২১ (অনুমিত ভাড়ার তালিকা)", "Khulna City Corporation 2021 (assumed rent table)",
     "2021-07-01", "2026-07-01", Decimal("1")),
    ("kcc-2026", "খুলনা সিটি কর্পোরেশন ২০২৬ (অনুমিত ভাড়ার তালিকা)", "Khulna City Corporation 2026 (assumed rent table)",
     "2026-07-01", None, Decimal("1.2")),
]

# A believable rent table, Taka per square foot a month; every factor of it is an assumption.
BASE = {"main_road": Decimal("8.00"), "lane": Decimal("6.50"), "beyond": Decimal("5.00")}
ZONE = {1: Decimal("1.25"), 2: Decimal("1"), 3: Decimal("0.85"), 4: Decimal("0.70")}
STRUCTURE = {"pucca": Decimal("1"), "semi_pucca": Decimal("0.70"), "tin_shed": Decimal("0.50"), "katcha": Decimal("0.35")}
USE = {
    "residential": Decimal("1"), "commercial": Decimal("2.5"), "industrial": Decimal("1.8"), "mixed": Decimal("1.6"),
    "religious": Decimal("1"), "institutional": Decimal("1.2"), "vacant_land": Decimal("0.10"),
    "under_construction": Decimal("0.20"),
}
BANDS = [(-9, 0, Decimal("1")), (1, 99, Decimal("0.90"))]


def seed(apps: Any, schema_editor: Any) -> None:
    """Adds heads, then each rule set as a draft with its rent table, then adopts it."""
    head, rule_set, rate = (apps.get_model("tax", name) for name in ("ChargeHead", "RuleSet", "RentRate"))
    head.objects.bulk_create(
        head(code=code, name_bn=bn, name_en=en, kind=kind, account_code=account, allocation_rank=rank, legal_ref=ref)
        for code, bn, en, kind, account, rank, ref in HEADS
    )
    canonical = json.dumps(PARAMETERS, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    for code, bn, en, start, end, level in RULE_SETS:
        drafted = rule_set.objects.create(
            code=code, name_bn=bn, name_en=en, valid=f"[{start},{end or ''})", state="draft", memo_no="",
            authority="City Corporation (Taxation) Rules 1986; parts named in assumptions await the corporation's order",
            parameters=PARAMETERS, checksum=hashlib.sha256(canonical.encode()).hexdigest(),
        )
        rate.objects.bulk_create(rate(rule_set=drafted, **row) for row in rent_rows(level))
        rule_set.objects.filter(pk=drafted.pk).update(state="adopted")


def rent_rows(level: Decimal) -> list[dict[str, Any]]:
    """The rent table at a level of rents."""
    return [
        {
            "zone": zone, "use": use, "frontage": frontage, "structure": structure, "storey_from": low, "storey_to": high,
            "monthly_rate": (base * level * by_zone * by_use * by_structure * by_band).quantize(Decimal("0.01"), ROUND_HALF_UP),
        }
        for frontage, base in BASE.items()
        for zone, by_zone in ZONE.items()
        for use, by_use in USE.items()
        for structure, by_structure in STRUCTURE.items()
        for low, high, by_band in BANDS
    ]


def unseed(apps: Any, schema_editor: Any) -> None:
    """Takes heads and rule sets away again; fails, as it should, when an assessment uses one."""
    guards = (("tax_ruleset", "adopted_rule_set_stays"), ("tax_rentrate", "adopted_rent_table_stays"))
    for table, guard in guards:
        schema_editor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {guard}")
    codes = [row[0] for row in RULE_SETS]
    apps.get_model("tax", "RentRate").objects.filter(rule_set__code__in=codes).delete()
    apps.get_model("tax", "RuleSet").objects.filter(code__in=codes).delete()
    apps.get_model("tax", "ChargeHead").objects.filter(code__in=[row[0] for row in HEADS]).delete()
    for table, guard in guards:
        schema_editor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {guard}")


class Migration(migrations.Migration):
    dependencies = [("tax", "0002_refusals"), ("ledger", "0003_accounts")]
    operations = [migrations.RunPython(seed, unseed)]
