"""What proves a printed paper: the address in its QR code, and the bill that a code was printed for."""

from __future__ import annotations

from imis.ledger.services import receipt_address, receipt_token
from tax.documents.verification import is_bill_check
from tax.models import Bill, Payment


def receipt_link(payment: Payment) -> str:
    """The public address that proves the payment's receipt: what its QR code says."""
    return receipt_address(receipt_token(payment.receipt))


def proved_bill(number: str, check: str) -> Bill | None:
    """The bill of that number if `check` was printed for its snapshot, else None."""
    bill = Bill.objects.filter(number=number).first()
    return bill if bill is not None and is_bill_check(bill.snapshot, check) else None
