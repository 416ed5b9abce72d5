"""Screens of the auditor: day book, trial balance, chain of seals; and the public proof of a receipt."""

from __future__ import annotations

import re
from datetime import date
from typing import cast
from urllib.parse import unquote

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from imis.access import PUBLIC, permission_required
from imis.ledger import queries
from imis.ledger.forms import DayForm, TokenForm
from imis.ledger.services import request_proof, verify_token
from imis.models import User
from imis.roles import Permission
from imis.whereabouts import ENTRY, addresses, head_names

PAGE = 50
_BILLS_CHECK = re.compile("[A-Za-z2-7]{16}")  # a receipt's token is many times as long
_A_CODE = re.compile("[0-9A-Za-z]+")


@require_GET
@permission_required(Permission.SEE_AUDIT)
def day_book(request: HttpRequest) -> HttpResponse:
    """The entries of one value date with their lines."""
    day, form = _asked_day(request)
    page = Paginator(queries.day_book(day), PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "day": day,
        "page": page,
        "where": addresses([(ENTRY, entry.source) for entry in page], cast(User, request.user)),
        "heads": head_names(),
        "key": "day",
        "query": day.isoformat(),
        "asked": "",
    }
    return render(request, "ledger/day_book.html", context)


@require_GET
@permission_required(Permission.SEE_AUDIT)
def trial_balance(request: HttpRequest) -> HttpResponse:
    """Debits, credits and balance of every account up to a value date."""
    day, form = _asked_day(request)
    rows = queries.trial_balance(day)
    totals = {"debit": sum(row.debit for row in rows), "credit": sum(row.credit for row in rows)}
    return render(request, "ledger/trial_balance.html", {"form": form, "day": day, "rows": rows, "totals": totals})


@require_GET
@permission_required(Permission.SEE_AUDIT)
def chain(request: HttpRequest) -> HttpResponse:
    """The closed days, the latest links, and what the last proof of the books said."""
    page = Paginator(queries.chain_links(), PAGE).get_page(request.GET.get("page"))
    context = {
        "days": queries.closed_days()[:31],
        "page": page,
        "proof": queries.last_proof(),
        "asked": "",
        "query": "",
    }
    return render(request, "ledger/chain.html", context)


@require_POST
@permission_required(Permission.SEE_AUDIT)
def prove(request: HttpRequest) -> HttpResponse:
    """Queues a proof of the books and shows its progress."""
    job = request_proof(by=cast(User, request.user), at=timezone.now())
    return redirect("job", job_id=job.pk)


@never_cache
@require_GET
@permission_required(PUBLIC)
def verify_receipt(request: HttpRequest, token: str) -> HttpResponse:
    """Says in both languages whether a receipt is genuine, and for what; open to everybody, names nobody."""
    proved = verify_token(token)
    return render(request, "ledger/verify_receipt.html", {"proved": proved}, status=200 if proved else 404)


@never_cache
@require_http_methods(["GET", "POST"])
@permission_required(PUBLIC)
def enter_receipt(request: HttpRequest) -> HttpResponse:
    """Takes what a QR reader showed, a code or the address of its proof, where it did not open the page itself."""
    form = TokenForm(request.POST or None)
    if form.is_valid():
        *path, letters = "".join(form.cleaned_data["token"].split()).rstrip("/").split("/")
        number = unquote(path[-1]) if path else ""
        if number.isprintable() and number and "/" not in number and _BILLS_CHECK.fullmatch(letters):
            # A bill's code is its number and a check; what stands above the books proves it.
            return redirect("verify_bill", number=number, check=letters)
        return redirect("verify_receipt", token=letters) if _A_CODE.fullmatch(letters) else _not_genuine(request)
    return render(request, "ledger/enter_receipt.html", {"form": form})


def _not_genuine(request: HttpRequest) -> HttpResponse:
    return render(request, "ledger/verify_receipt.html", {"proved": None}, status=404)


def _asked_day(request: HttpRequest) -> tuple[date, DayForm]:
    today = timezone.localdate()
    form = DayForm(request.GET if "day" in request.GET else {"day": today.isoformat()})
    return (form.cleaned_data["day"] if form.is_valid() else today), form
