"""Posts a quarter's payments of the whole city in a dozen statements, to the paisa as the rules would one by one.

Every payment settles all that is open on its day: earlier years with surcharge, overdue quarters, the current quarter,
and for whole-year payers the quarters ahead. tests/demo compares a sample with tax.rules.allocation.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection

from demo.copying import copy_lines
from demo.payers import Intent
from demo.receipts import issue_receipts
from demo.statements import statement
from imis.fiscal import FiscalYear, Period
from imis.ledger.services import post_set
from imis.models import User
from tax.queries.law import parameters_on
from tax.rules.allocation import Plan
from tax.rules.ruleset import Parameters

_INTENTS = """
    CREATE TEMP TABLE demo_intent (holding_id bigint PRIMARY KEY, day date, channel text, plan text) ON COMMIT DROP
"""
_TEMPORARY = ("demo_intent", "demo_open", "demo_price", "demo_share", "demo_working", "demo_claim")
# All that was open is settled now; what is left, if anything, is of this year.
_STANDINGS = """
    UPDATE tax_standing s
    SET unpaid_amount = s.unpaid_amount - p.amount,
        oldest_unpaid_year = CASE WHEN s.unpaid_amount > p.amount THEN %(fiscal_year)s END
    FROM (SELECT holding_id, sum(amount) AS amount FROM demo_share WHERE kind IN ('principal', 'rebate')
          GROUP BY holding_id) p
    WHERE s.holding_id = p.holding_id
"""


def post_payments(*, period: Period, intents: Sequence[Intent], users: dict[str, User], at: datetime) -> int:
    """Takes these payments in the caller's transaction, recorded in the books at `at`; returns how many had to pay."""
    if not intents:
        return 0
    label = f"{FiscalYear(period.fiscal_year).code}{period.quarter}"
    parameters = parameters_on(max(intent.day for intent in intents))
    arguments = _arguments(period, label, parameters, users)
    _stage(intents)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'")
        for name in ("open_lines", "prices", "shares", "working", "claims"):
            cursor.execute(statement(name), arguments)
            cursor.execute("ANALYZE " + _MADE_BY[name])
        post_set(
            batch=f"demo_payments:{label}", drafts_sql=statement("postings"), params={}, by=users["cashier"], at=at
        )
        count = issue_receipts(f"TAX-{FiscalYear(period.fiscal_year).code}")
        cursor.execute(statement("payments"))
        cursor.execute(statement("allocations"), arguments)
        cursor.execute(_STANDINGS, arguments)
        for table in (*_TEMPORARY, "demo_receipt"):
            cursor.execute(f"DROP TABLE IF EXISTS {table}")
    return count


_MADE_BY = {
    "open_lines": "demo_open",
    "prices": "demo_price",
    "shares": "demo_share",
    "working": "demo_working",
    "claims": "demo_claim",
}


def _stage(intents: Sequence[Intent]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_INTENTS)
    copy_lines(
        "demo_intent",
        ("holding_id", "day", "channel", "plan"),
        (f"{one.holding}\t{one.day.isoformat()}\t{one.channel}\t{_plan(one).value}" for one in intents),
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE demo_intent")


def _plan(intent: Intent) -> Plan:
    return Plan.YEAR if intent.whole_year else Plan.CURRENT


def _arguments(period: Period, label: str, parameters: Parameters, users: dict[str, User]) -> dict[str, Any]:
    return {
        "fiscal_year": period.fiscal_year,
        "quarter": period.quarter,
        "period": label,
        "surcharge_percent": parameters.surcharge_percent,
        "surcharge_text": f"{parameters.surcharge_percent:f}",
        "rebates": json.dumps({str(n): str(parameters.rebate_percent(n)) for n in range(1, 5)}),
        "policy": parameters.allocation_policy,
        "time_zone": settings.TIME_ZONE,
        "cashier": users["cashier"].pk,
        "collector": users["collector"].pk,
        "officer": users["collection_officer"].pk,
    }
