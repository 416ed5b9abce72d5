"""Uses a payer's credit for the bills just issued: part of a bill run's transaction."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from imis.ledger.services import post_set
from imis.models import User
from tax.queries.statements import statement
from tax.services.standings import refresh_standings


def use_advances(*, label: str, arguments: dict[str, Any], by: User, at: datetime) -> Decimal:
    """Settle the picked bills from the credit of holdings that owe nothing else; returns the credit used in Taka.

    The rows of advance_use say how, made by its statement before the bills were printed. A holding that also owes
    older demand keeps its credit: at its next payment an officer sees both.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(amount), 0.00), array_agg(DISTINCT holding_id) FROM advance_use")
        used, holdings = cursor.fetchone()
        if holdings:
            cursor.execute(statement("advance_allocations"), arguments)
            post_set(
                batch=f"advance:{label}", drafts_sql=statement("advance_postings"), params=arguments, by=by, at=at
            )
            refresh_standings(holdings)
        cursor.execute("DROP TABLE advance_use")
    return used
