"""Writes the audit row of a use case, in the transaction that does the work."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from imis.models import AuditRow, User


class NoTransaction(RuntimeError):
    """An audit row was asked for outside a transaction: it could survive work that failed."""


def record(
    *,
    by: User | None,
    at: datetime,
    action: str,
    object_type: str,
    object_id: object,
    ward: int | None = None,
    **details: Any,
) -> AuditRow:
    """Appends one audit row inside the caller's transaction and returns it.

    `by` is None only for the system itself (the first administrator, a scheduled command). `at` is an
    aware datetime. `details` are JSON-able facts of the act (Decimal, date and UUID are allowed);
    never a name, a mobile number or a password. Raises NoTransaction outside `transaction.atomic()`
    and ValueError for a naive `at`.
    """
    if not transaction.get_connection().in_atomic_block:
        raise NoTransaction(f"{action}: open transaction.atomic() around the service before recording it.")
    if at.tzinfo is None:
        raise ValueError("`at` must be an aware datetime.")
    return AuditRow.objects.create(
        by=by, at=at, action=action, object_type=object_type, object_id=str(object_id), ward=ward, details=details
    )
