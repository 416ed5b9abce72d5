"""Receipts of the books as PDF, marked when their payment was undone."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from imis.ledger.models import Receipt
from imis.ledger.services import receipt_token
from tax.documents.receipt_pages import PrintedReceipt, typeset_receipt
from tax.documents.verification import receipt_address
from tax.models import Reversal


def receipt_pdf(receipt: Receipt, *, lang: str = "bn") -> bytes:
    """The PDF of a receipt (A5) in `lang` ("bn" or "en"); ValueError for another language.

    Its words come from the signed payload; whether it was reversed is asked now, because that may change.
    """
    undone = Reversal.objects.filter(payment__receipt=receipt).first()
    return typeset_receipt(
        PrintedReceipt(
            number=str(receipt),
            recorded_on=timezone.localdate(receipt.issued_at).isoformat(),
            payload=receipt.payload,
            corporation=receipt.payload.get("corporation", settings.CORPORATION),
            code=receipt_address(receipt_token(receipt)),
            reversed_on=timezone.localdate(undone.reversed_at).isoformat() if undone else "",
            reason=undone.reason if undone else "",
        ),
        lang=lang,
    )
