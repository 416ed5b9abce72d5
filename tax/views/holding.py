"""A holding's tax: the panel beside the map, its whole account, and one bill."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET

from holdings.models import Holding
from imis.access import permission_required
from imis.roles import Permission, may
from tax.documents.bills import bills_pdf
from tax.models import Bill
from tax.queries import account_of, account_page
from tax.queries.accounts import bills_of
from tax.queries.printing import paid_ahead
from tax.views.scope import bill_or_403, holding_or_403, language, person


@require_GET
@permission_required(Permission.SEE_TAX)
def panel(request: HttpRequest, holding_id: int) -> HttpResponse:
    """What a click on the map shows: who, what is owed, and why (an HTMX fragment)."""
    holding = holding_or_403(request, Permission.SEE_TAX, holding_id)
    return render(request, "tax/panel.html", _context(request, holding))


@require_GET
@permission_required(Permission.SEE_TAX)
def account(request: HttpRequest, holding_id: int) -> HttpResponse:
    """All bills, payments and assessments of a holding on one page."""
    holding = holding_or_403(request, Permission.SEE_TAX, holding_id)
    return render(request, "tax/account.html", {**_context(request, holding), **account_page(holding)})


@require_GET
@permission_required(Permission.SEE_TAX)
def bill(request: HttpRequest, bill_id: int) -> HttpResponse:
    """One bill as it was printed, on the screen."""
    bill = bill_or_403(request, Permission.SEE_TAX, bill_id)
    return render(request, "tax/bill.html", _bill_context(request, bill))


@require_GET
@permission_required(Permission.SEE_TAX)
def bill_pdf(request: HttpRequest, bill_id: int) -> HttpResponse:
    """One bill as PDF, from its frozen print, in the language of the screen."""
    bill = bill_or_403(request, Permission.SEE_TAX, bill_id)
    document = bills_pdf([bill], lang=language())
    return HttpResponse(
        document,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="bill-{bill.number}.pdf"'},
    )


def _bill_context(request: HttpRequest, bill: Bill) -> dict[str, Any]:
    print_, paid = bill.snapshot, paid_ahead([bill]).get(bill.pk)
    sees_people = may(person(request), Permission.SEE_PEOPLE, ward=bill.ward_id)
    return {
        "bill": bill,
        "paid": {**paid, "day": parse_date(paid["on"])} if paid else None,
        "number": print_["holding"]["number"],
        "today": bills_of(bill.holding_id).get(pk=bill.pk),
        "payer": print_["payer"] if sees_people else None,
        "working": print_["working"],
        "advance": bill.advance_amount,
        "offers": [{**offer, "pay_by_day": parse_date(offer.get("pay_by") or "")} for offer in print_["offers"]],
        "assessment_steps": print_["assessment"]["steps"],
    }


def _context(request: HttpRequest, holding: Holding) -> dict[str, Any]:
    today = timezone.localdate()
    sees_people = may(person(request), Permission.SEE_PEOPLE, ward=holding.ward_id)
    account = account_of(holding, today)
    return {
        "holding": holding,
        "account": account,
        "owners": account.owners if sees_people else (),
        "as_at": today,
        "can_take_payment": may(person(request), Permission.TAKE_PAYMENT, ward=holding.ward_id),
    }
