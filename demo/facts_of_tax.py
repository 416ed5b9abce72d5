"""Building loans and exemptions of the demo's holdings."""

from __future__ import annotations

from datetime import date

from django.db import connection

from demo.chance import Chance
from demo.copying import copy_lines, restart_ids
from demo.names import LENDERS
from imis.models import User
from tax.models import BuildingLoan, Exemption

_LOAN_SHARE, _FIGHTER_SHARE = 0.05, 0.006
# Houses that a loan could have built: pucca, used by an owner, not a flat's share of a tower.
_HOUSES = """
    SELECT u.holding_id FROM holdings_unit u
    WHERE u.storey = 0 AND u.structure = 'pucca' AND u.use = 'residential' AND u.occupancy = 'owner'
      AND u.area_sqft > 700
    GROUP BY u.holding_id ORDER BY u.holding_id
"""
_EXEMPTION = (
    "holding_id",
    "kind",
    "percent",
    "area_cap_sqft",
    "legal_ref",
    "document",
    "valid",
    "proposed_by_id",
    "approved_by_id",
)
_RELIGIOUS = "SELECT DISTINCT holding_id FROM holdings_unit WHERE use = 'religious' ORDER BY holding_id"


def write_tax_facts(users: dict[str, User], first_day: date) -> None:
    """Writes loans and exemptions in force from `first_day` on."""
    since = f"[{first_day.isoformat()},)"
    houses = _ids(_HOUSES)
    copy_lines("tax_buildingloan", ("holding_id", "lender", "yearly_interest_amount", "valid"), _loans(houses, since))
    officers = f"{users['assessor'].pk}\t{users['approver'].pk}"
    copy_lines("tax_exemption", _EXEMPTION, _exemptions(houses, f"{since}\t{officers}"))
    restart_ids(model._meta.db_table for model in (BuildingLoan, Exemption))


def _loans(houses: list[int], since: str) -> list[str]:
    chance = Chance("loans")
    loan = chance.happens("loan", len(houses), _LOAN_SHARE)
    interest = chance.whole("interest", len(houses), 8, 90)
    lender = chance.whole("lender", len(houses), 0, len(LENDERS) - 1)
    return [
        f"{house}\t{LENDERS[lender[i]]}\t{500 * interest[i]}.00\t{since}" for i, house in enumerate(houses) if loan[i]
    ]


def _exemptions(houses: list[int], rest: str) -> list[str]:
    fighter = Chance("exemptions").happens("fighter", len(houses), _FIGHTER_SHARE)
    return [
        f"{house}\tfreedom_fighter\t100\t1500\tঅফিস আদেশ (ডেমো)\tমুক্তিযোদ্ধা সনদ\t{rest}"
        for i, house in enumerate(houses)
        if fighter[i]
    ] + [
        f"{holding}\treligious\t100\t\\N\tসিটি কর্পোরেশন (করারোপণ) বিধিমালা ১৯৮৬\tকমিটির আবেদন\t{rest}"
        for holding in _ids(_RELIGIOUS)
    ]


def _ids(query: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [row[0] for row in cursor.fetchall()]
