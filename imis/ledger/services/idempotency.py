"""Remembers the answer to a request, so that the same request sent again gets the same answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from imis.errors import Refused
from imis.ledger.models import IdempotencyKey


class KeyReused(Refused):
    """The key was used before for a different request."""


def remember(*, key: str, request_hash: bytes, response: Any, at: datetime) -> None:
    """Keeps `response` (JSON-able) under `key` inside the caller's transaction.

    Two requests at once with one key: the second waits for the first and then raises KeyReused, whereupon its
    transaction is rolled back and `recall` gives the first answer.
    """
    try:
        with transaction.atomic():
            IdempotencyKey.objects.create(key=key, request_hash=request_hash, response=response, created_at=at)
    except IntegrityError as error:
        raise KeyReused(_("The key %(key)s was used a moment ago.") % {"key": key}) from error


def recall(*, key: str, request_hash: bytes) -> Any | None:
    """The response kept under `key`, or None; raises KeyReused when the key belongs to another request."""
    row = IdempotencyKey.objects.filter(pk=key).first()
    if row is None:
        return None
    if bytes(row.request_hash) != request_hash:
        raise KeyReused(
            _("The key %(key)s belongs to another request.") % {"key": key},
            remedy=_("Send a new request with a new key."),
        )
    return row.response
