"""Payments, bills and accounts, for the audit log and the day book."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q
from django.urls import reverse

from imis.models import User
from imis.roles import Permission, may
from imis.whereabouts import ENTRY, Addresses, Find, uuids, whole
from tax.models import Assessment, Bill, BillRun, Payment
from tax.queries.law import head_names


def _payments(keys: Sequence[str], user: User) -> Addresses:
    rows = Payment.objects.filter(pk__in=uuids(keys)).values_list("pk", "holding__ward_id")
    return {str(pk): reverse("tax:receipt", args=[pk]) for pk, ward in rows if may(user, Permission.SEE_TAX, ward=ward)}


def _bills(keys: Sequence[str], user: User) -> Addresses:
    rows = Bill.objects.filter(pk__in=whole(keys)).values_list("pk", "ward_id")
    return {str(pk): reverse("tax:bill", args=[pk]) for pk, ward in rows if may(user, Permission.SEE_TAX, ward=ward)}


def _runs(keys: Sequence[str], user: User) -> Addresses:
    rows = BillRun.objects.filter(pk__in=whole(keys)).values_list("pk", "ward_id", "fiscal_year", "quarter")
    return {
        str(pk): f"{reverse('tax:bill_run', args=[ward])}?fiscal_year={year}&quarter={quarter}"
        for pk, ward, year, quarter in rows
        if may(user, Permission.PREVIEW_BILLS, ward=ward)
    }


def _assessments(keys: Sequence[str], user: User) -> Addresses:
    rows = Assessment.objects.filter(pk__in=whole(keys)).values_list("pk", "holding_id", "holding__ward_id")
    return {
        str(pk): reverse("tax:account", args=[holding])
        for pk, holding, ward in rows
        if may(user, Permission.SEE_TAX, ward=ward)
    }


def _entries(sources: Sequence[str], user: User) -> Addresses:
    """A source names its bill, its payment, or the notice by which the payment came (`channel:reference`)."""
    bills, payments = {}, {}
    for source in sources:
        kind, key, *_more = [*source.removeprefix("reversal:").split(":"), ""]
        if kind in ("bill", "advance"):
            bills[source] = key
        elif uuids([named := key if kind == "credit" else kind]):
            payments[source] = named
    payments |= _by_notice([source for source in sources if source not in bills and source not in payments])
    of_bills, of_payments = _bills([*bills.values()], user), _payments([*payments.values()], user)
    found = {source: of_bills.get(key) for source, key in bills.items()}
    found |= {source: of_payments.get(key) for source, key in payments.items()}
    return {source: address for source, address in found.items() if address}


def _by_notice(sources: Sequence[str]) -> dict[str, str]:
    told = Q(entry__source__in=sources)
    rows = Payment.objects.filter(told).values_list("entry__source", "pk") if sources else ()
    return {source: str(pk) for source, pk in rows}


THINGS: dict[str, Find] = {
    "payment": _payments,
    "bill": _bills,
    "bill_run": _runs,
    "assessment": _assessments,
    ENTRY: _entries,
}
HEADS = head_names
