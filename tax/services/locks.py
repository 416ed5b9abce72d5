"""Keeps work on a whole ward and work on one of its holdings apart without a lock on every row.

Ward work (assessing, billing) takes the ward's lock alone; a payment shares it with other payments and locks its
holding. All are released when the transaction ends.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from holdings.models import Holding, Ward

_CLASS = 1229800824  # any constant of our own; with the ward number it makes the key


def lock_wards(wards: Iterable[int]) -> None:
    """Wait until no other transaction works on these wards, in a fixed order so that two never wait for each other."""
    with connection.cursor() as cursor:
        for ward in sorted(set(wards)):
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_CLASS, ward])


def wards_of(ward: int | Iterable[int] | None) -> list[int]:
    """One ward, several, or with None every ward there is; in ascending order."""
    if ward is None:
        return list(Ward.objects.order_by("number").values_list("number", flat=True))
    return [ward] if isinstance(ward, int) else sorted(set(ward))


def lock_holding(holding: int) -> Holding:
    """Share the ward and lock the holding's row; returns it as it is now. Holding.DoesNotExist if there is none."""
    ward = Holding.objects.values_list("ward_id", flat=True).get(pk=holding)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [_CLASS, ward])
    # NO KEY: new rows that refer to the holding need not wait.
    return Holding.objects.select_for_update(no_key=True).get(pk=holding)
