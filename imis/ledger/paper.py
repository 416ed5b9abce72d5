"""Receipts of the books as PDF, whatever service took the money; marked when their payment was undone."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from imis.ledger.models import Receipt
from imis.ledger.services import receipt_address, receipt_token
from imis.paper.receipt_pages import PrintedReceipt, typeset_receipt


def receipt_pdf(receipt: Receipt, *, lang: str = "bn", people: bool = True) -> bytes:
    """The PDF of a receipt (A5) in `lang` ("bn" or "en"); ValueError for another language.

    Its words come from the signed payload; whether it was reversed is asked now, because that may change. Without
    `people` neither the payer nor the reason of a reversal, which is free text, is printed.
    """
    mirror = getattr(receipt.entry, "reversed_by", None)
    return typeset_receipt(
        PrintedReceipt(
            number=str(receipt),
            recorded_on=timezone.localdate(receipt.issued_at).isoformat(),
            payload=receipt.payload if people else {**receipt.payload, "payer_name": ""},
            corporation=receipt.payload.get("corporation", settings.CORPORATION),
            code=receipt_address(receipt_token(receipt)),
            reversed_on=timezone.localdate(mirror.recorded_at).isoformat() if mirror else "",
            reason=mirror.memo if mirror and people else "",
        ),
        lang=lang,
    )
