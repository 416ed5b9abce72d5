"""Emptying requests and the payments of their fees, for the audit log and the day book."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from fsm.models import Payment, Request
from imis.models import User
from imis.roles import Permission, may
from imis.whereabouts import ENTRY, Addresses, Find, uuids

_NAMED = ("sludge_fee:", "sludge_reversal:")
_SLUDGE = {"sludge": ("পয়ঃবর্জ্য অপসারণ ফি", "Sludge fee")}


def _requests(keys: Sequence[str], user: User) -> Addresses:
    rows = Request.objects.filter(pk__in=uuids(keys)).values_list("pk", "ward_id")
    return {
        str(pk): reverse("fsm:request", args=[pk]) for pk, ward in rows if may(user, Permission.SEE_SLUDGE, ward=ward)
    }


def _entries(sources: Sequence[str], user: User) -> Addresses:
    """A source names its request, its payment, or the notice by which the payment came (`sludge:channel:reference`)."""
    mine = [source for source in sources if source.startswith("sludge")]
    if not mine:
        return {}
    said = {
        source: source.partition(":")[2] for source in mine if source.startswith(("sludge_fee:", "sludge_reversal:"))
    }
    requests = _requests(list(said.values()), user)
    rows = Payment.objects.filter(entry__source__in=mine) | Payment.objects.filter(pk__in=uuids(said.values()))
    paid: Addresses = {}
    for source, pk, ward in rows.values_list("entry__source", "pk", "charge__request__ward_id"):
        if may(user, Permission.SEE_SLUDGE, ward=ward):
            paid[source] = paid[str(pk)] = reverse("fsm:receipt", args=[pk])
    found = {source: requests.get(key) or paid.get(key, "") for source, key in said.items()} | paid
    return {source: found[source] for source in mine if found.get(source)}


def _heads() -> dict[str, tuple[str, str]]:
    return _SLUDGE


THINGS: dict[str, Find] = {"sludge_request": _requests, ENTRY: _entries}
HEADS = _heads
