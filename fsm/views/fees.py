"""The fee of an emptying: find it, take it, hand over the receipt; and its reversal by another officer."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fsm import services
from fsm.forms.requests import FeeForm, ReverseForm
from fsm.models import PayChannel, Payment
from fsm.queries import requests
from fsm.queries.people import sees_people
from fsm.views.scope import asked_or_403, language, payment_or_403, person, say
from imis import bangla
from imis.access import permission_required
from imis.errors import IMISError
from imis.ledger.paper import receipt_pdf as receipt_document
from imis.ledger.services import NoticeUsed, receipt_address, receipt_token
from imis.paper.qr import qr_svg
from imis.roles import Permission, may

PAGE = 25


@never_cache
@require_GET
@permission_required(Permission.TAKE_SLUDGE_FEE)
def fees(request: HttpRequest) -> HttpResponse:
    """The fees that are owed, oldest first; found by request number, mobile or holding."""
    text = bangla.latin(request.GET.get("q", "")).strip()
    rows = requests.unpaid_fees(person(request), text)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "text": text, "key": "q", "query": text, "asked": ""}
    seen = {"owed": requests.fees_owed(person(request)), "sees_people": sees_people(person(request))}
    return render(request, "fsm/fees.html", {**context, **seen})


@never_cache
@require_http_methods(["GET", "POST"])
@permission_required(Permission.TAKE_SLUDGE_FEE)
def fee(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """The fee of a request with its working, and its payment at the counter."""
    asked = asked_or_403(request, Permission.TAKE_SLUDGE_FEE, request_id)
    charge = getattr(asked, "charge", None)
    form = FeeForm(request.POST or None, initial={"payment_id": uuid4(), "amount": charge.amount if charge else None})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            payment = services.take_fee(
                payment_id=data["payment_id"],
                request=asked.pk,
                amount=data["amount"],
                channel=PayChannel.COUNTER,
                reference=str(data["payment_id"]),
                value_date=timezone.localdate(),
                payer_name=data["payer_name"],
                by=person(request),
                at=timezone.now(),
            )
        except NoticeUsed as used:
            messages.warning(request, _("Nothing was taken just now: this page had already led to the payment below."))
            return redirect("fsm:receipt", used.payment)
        except IMISError as error:
            say(form, error)
        else:
            messages.success(request, _("The payment is recorded and the receipt issued."))
            return redirect("fsm:receipt", payment.pk)
    context = {"asked": asked, "charge": charge, "form": form, "paid": requests.standing_payment(asked)}
    context["sees_people"] = sees_people(person(request), asked.ward_id)
    return render(request, "fsm/fee.html", context, status=400 if form.is_bound else 200)


@require_GET
@permission_required(Permission.SEE_SLUDGE)
def receipt(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """A payment with its receipt and the code that proves it."""
    payment = payment_or_403(request, Permission.SEE_SLUDGE, payment_id)
    return render(request, "fsm/receipt.html", _receipt_page(request, payment, ReverseForm()))


@require_GET
@permission_required(Permission.SEE_SLUDGE)
def receipt_pdf(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """The receipt as PDF, in the language of the screen; the payer stands on it for those who may see people."""
    payment = payment_or_403(request, Permission.SEE_SLUDGE, payment_id)
    people = sees_people(person(request), payment.charge.request.ward_id)
    return HttpResponse(
        receipt_document(payment.receipt, lang=language(), people=people),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="receipt-{payment.receipt}.pdf"'},
    )


@require_POST
@permission_required(Permission.REVERSE_PAYMENT)
def reverse(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """Writes the mirror entry of a payment; the reason is required."""
    payment = payment_or_403(request, Permission.REVERSE_PAYMENT, payment_id)
    form = ReverseForm(request.POST)
    if form.is_valid():
        try:
            services.reverse_fee(
                payment=payment.pk, reason=form.cleaned_data["reason"], by=person(request), at=timezone.now()
            )
        except IMISError as error:
            say(form, error)
        else:
            messages.success(request, _("The payment is reversed; the fee is owed again."))
            return redirect("fsm:receipt", payment.pk)
    return render(request, "fsm/receipt.html", _receipt_page(request, payment, form), status=400)


def _receipt_page(request: HttpRequest, payment: Payment, form: ReverseForm) -> dict[str, Any]:
    reversal = getattr(payment, "reversal", None)
    user, ward = person(request), payment.charge.request.ward_id
    may_reverse = reversal is None and may(user, Permission.REVERSE_PAYMENT, ward=ward)
    link = receipt_address(receipt_token(payment.receipt))
    return {
        "payment": payment,
        "asked": payment.charge.request,
        "sees_people": sees_people(user, ward),
        "reversal": reversal,
        "in_words": bangla.words(payment.amount, language()),
        "verify_url": link,
        "qr_svg": mark_safe(qr_svg(link)),  # noqa: S308 (our own drawing)
        "reverse_form": form,
        "can_reverse": may_reverse and payment.taken_by_id != user.pk,
        "took_it": may_reverse and payment.taken_by_id == user.pk,
        "can_take_fee": may(user, Permission.TAKE_SLUDGE_FEE, ward=ward),
    }
