"""The proof of the books and the closed days, for the audit log."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from imis.models import User
from imis.roles import Permission, may
from imis.whereabouts import Addresses, Find


def _chain(keys: Sequence[str], user: User) -> Addresses:
    return dict.fromkeys(keys, reverse("ledger:chain")) if may(user, Permission.SEE_AUDIT) else {}


THINGS: dict[str, Find] = {"books": _chain, "seal": _chain}
