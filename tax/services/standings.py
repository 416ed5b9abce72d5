"""Keeps what each holding owes beside the books, in the transaction that changes it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from tax.queries.statements import statement


def refresh_standings(holdings: Iterable[int]) -> None:
    """Derive the standings of some holdings anew from lines and allocations."""
    with connection.cursor() as cursor:
        cursor.execute(statement("standing_refresh"), {"holdings": sorted(set(holdings))})
