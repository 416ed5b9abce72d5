"""A payment: take the money, hand over the receipt; and its reversal by another officer."""

from __future__ import annotations

import uuid
from decimal import Decimal
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
from imis.ledger.services import NoticeUsed
from imis.paper.qr import qr_svg
from imis.roles import Permission, may
from tax.documents.receipts import receipt_pdf as receipt_document
from tax.forms import OTHER_AMOUNT, PaymentForm, ReverseForm
from tax.models import Payment
from tax.queries import HoldingQuote, allocations_of, owners_of, quote_for, receipt_link
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
    quoted = quote_for(holding.pk, timezone.localdate())
    if request.method == "POST" and form.is_valid():
        try:
            payment = _take(request, holding, form, quoted)
        except NoticeUsed as used:
            messages.warning(request, _("Nothing was taken just now: this page had already led to the payment below."))
            return redirect("tax:receipt", used.payment)
        except IMISError as error:
            form.add_error(None, f"{error.message} {error.remedy}".strip())
        else:
            messages.success(request, _("The payment is recorded and the receipt issued."))
            return redirect("tax:receipt", payment.pk)
    status = 400 if form.is_bound else 200
    return render(request, "tax/pay.html", _pay_context(request, holding, quoted, form), status=status)


def _take(request: HttpRequest, holding: Holding, form: PaymentForm, quoted: HoldingQuote) -> Payment:
    data = form.cleaned_data
    return take_payment(
        payment_id=data["payment_id"],
        holding=holding.pk,
        amount=form.chosen_amount(),
        plan=form.chosen_plan(),
        channel=Payment.Channel.COUNTER,
        reference=str(data["payment_id"]),
        value_date=quoted.value_date,
        payer_name=data["payer_name"],
        expected=form.prices_shown(),
        by=person(request),
        at=timezone.now(),
    )


def _prices(quoted: HoldingQuote) -> dict[str, Decimal]:
    return {offer.plan.value: offer.payable for offer in quoted.offers if offer.plan is not None}


def _pay_context(request: HttpRequest, holding: Holding, quoted: HoldingQuote, form: PaymentForm) -> dict[str, Any]:
    shown = form.prices_shown() if form.is_bound else {}
    offers = [
        {
            "plan": offer.plan,
            "payable": offer.payable,
            "was": was if (was := shown.get(offer.plan.value)) != offer.payable else None,
            "rebate": offer.rebate,
            "rate": offer.rate,
            "steps": [step.to_json() for step in offer.working],
        }
        for offer in quoted.offers
        if offer.plan is not None
    ]
    sees_people = may(person(request), Permission.SEE_PEOPLE, ward=holding.ward_id)
    return {
        "holding": holding,
        "owners": owners_of(holding, quoted.value_date) if sees_people else (),
        "offers": offers,
        "can_pay": bool(offers) or quoted.position.yearly_tax > 0,
        "advance": quoted.position.advance,
        "form": form,
        "chosen": _chosen(form, list(_prices(quoted))),
        "today": quoted.value_date,
    }


def _chosen(form: PaymentForm, plans: list[str]) -> str:
    """What was chosen, if it is still offered; else the usual offer."""
    asked: str = form.data.get("plan", "")
    if asked in (*plans, OTHER_AMOUNT):
        return asked
    usual = [plan.value for plan in (Plan.CURRENT, Plan.BEGUN) if plan.value in plans]
    return (usual or plans or [OTHER_AMOUNT])[0]


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
    ward, user = payment.holding.ward_id, person(request)
    may_reverse = reversal is None and may(user, Permission.REVERSE_PAYMENT, ward=ward)
    return {
        "payment": payment,
        "payer_name": payment.payer_name if may(user, Permission.SEE_PEOPLE, ward=ward) else "",
        "reversal": reversal,
        "working": payment.working.get("steps", []),
        "allocations": allocations_of(payment),
        "in_words": bangla.words(payment.amount, language()),
        "verify_url": (link := receipt_link(payment)),
        "qr_svg": mark_safe(qr_svg(link)),  # noqa: S308 (our own drawing)
        "reverse_form": form,
        "can_reverse": may_reverse and payment.taken_by_id != user.pk,
        "took_it": may_reverse and payment.taken_by_id == user.pk,
        "can_take_payment": may(user, Permission.TAKE_PAYMENT, ward=ward),
    }
