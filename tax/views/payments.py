"""A payment: take the money, hand over the receipt; and its reversal by another officer."""

from __future__ import annotations

import uuid
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from holdings.models import Holding
from imis import bangla
from imis.access import permission_required
from imis.errors import IMISError
from imis.roles import Permission, may
from tax.documents.qr import qr_svg
from tax.documents.receipts import receipt_pdf as receipt_document
from tax.forms import PaymentForm, ReverseForm
from tax.models import Payment
from tax.queries import allocations_of, payer_of, quote_for, receipt_link
from tax.rules.allocation import Plan
from tax.services import reverse_payment, take_payment
from tax.views.scope import holding_or_403, language, payment_or_403, person


@never_cache
@require_http_methods(["GET", "POST"])
@permission_required(Permission.TAKE_PAYMENT)
def pay(request: HttpRequest, holding_id: int) -> HttpResponse:
    """The offers of the day for a holding, and the payment of one of them or of another amount."""
    holding = holding_or_403(request, Permission.TAKE_PAYMENT, holding_id)
    form = PaymentForm(request.POST or None, initial={"payment_id": uuid.uuid4()})
    if request.method == "POST" and form.is_valid():
        try:
            payment = _take(request, holding, form)
        except IMISError as error:
            form.add_error(None, f"{error.message} {error.remedy}".strip())
        else:
            messages.success(request, _("The payment is recorded and the receipt issued."))
            return redirect("tax:receipt", payment.pk)
    return render(request, "tax/pay.html", _pay_context(holding, form))


def _take(request: HttpRequest, holding: Holding, form: PaymentForm) -> Payment:
    data = form.cleaned_data
    return take_payment(
        payment_id=data["payment_id"],
        holding=holding.pk,
        amount=form.chosen_amount(),
        plan=form.chosen_plan(),
        channel=Payment.Channel.COUNTER,
        reference=str(data["payment_id"]),
        value_date=timezone.localdate(),
        payer_name=data["payer_name"],
        by=person(request),
        at=timezone.now(),
    )


def _pay_context(holding: Holding, form: PaymentForm) -> dict[str, Any]:
    quoted = quote_for(holding.pk, timezone.localdate())
    offers = [
        {
            "plan": offer.plan,
            "payable": offer.payable,
            "rebate": offer.rebate,
            "rate": offer.rate,
            "steps": [step.to_json() for step in offer.working],
        }
        for offer in quoted.offers
    ]
    plans = [offer["plan"].value for offer in offers]
    usual = Plan.CURRENT.value if Plan.CURRENT.value in plans else (plans[0] if plans else "amount")
    return {
        "holding": holding,
        "payer": payer_of(holding, quoted.value_date),
        "offers": offers,
        "form": form,
        "chosen": form.data.get("plan", usual),
        "today": timezone.localdate(),
    }


@require_GET
@permission_required(Permission.SEE_TAX)
def receipt(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """A payment with its receipt: the amount, why, what it settled, and the code that proves it."""
    payment = payment_or_403(request, Permission.SEE_TAX, payment_id)
    return render(request, "tax/receipt.html", _receipt_context(request, payment, ReverseForm()))


@require_GET
@permission_required(Permission.SEE_TAX)
def receipt_pdf(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """The receipt as PDF, in the language of the screen."""
    payment = payment_or_403(request, Permission.SEE_TAX, payment_id)
    return HttpResponse(
        receipt_document(payment.receipt, lang=language()),
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
            reverse_payment(
                payment=payment.pk, reason=form.cleaned_data["reason"], by=person(request), at=timezone.now()
            )
        except IMISError as error:
            form.add_error(None, f"{error.message} {error.remedy}".strip())
        else:
            messages.success(request, _("The payment is reversed; the account stands as before it."))
            return redirect("tax:receipt", payment.pk)
    return render(request, "tax/receipt.html", _receipt_context(request, payment, form), status=400)


def _receipt_context(request: HttpRequest, payment: Payment, form: ReverseForm) -> dict[str, Any]:
    reversal = getattr(payment, "reversal", None)
    ward = payment.holding.ward_id
    return {
        "payment": payment,
        "reversal": reversal,
        "working": payment.working.get("steps", []),
        "allocations": allocations_of(payment),
        "in_words": bangla.words(payment.amount, language()),
        "verify_url": (link := receipt_link(payment)),
        "qr_svg": mark_safe(qr_svg(link)),  # noqa: S308 (our own drawing)
        "reverse_form": form,
        "can_reverse": reversal is None and may(person(request), Permission.REVERSE_PAYMENT, ward=ward),
        "can_take_payment": may(person(request), Permission.TAKE_PAYMENT, ward=ward),
    }
