"""What proves a printed paper: the address in its QR code, and the bill that a code was printed for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from imis.ledger.services import receipt_address, receipt_token
from tax.documents.verification import is_bill_check
from tax.models import Allocation, Bill, Payment


def receipt_link(payment: Payment) -> str:
    """The public address that proves the payment's receipt: what its QR code says."""
    return receipt_address(receipt_token(payment.receipt))


def paid_ahead(bills: Iterable[Bill]) -> dict[int, dict[str, str]]:
    """Of bills that were made because their quarter was paid ahead, those that stand settled: by key, the number of
    the latest receipt and its day of payment (ISO)."""
    ahead = {bill.pk: bill.principal_amount for bill in bills if bill.run_id is None}
    shares = (
        Allocation.objects.filter(
            bill_id__in=ahead,
            kind__in=(Allocation.Kind.PRINCIPAL, Allocation.Kind.REBATE),
            reversal=None,
            payment__reversal=None,
        )
        .select_related("payment__receipt")
        .order_by("payment__recorded_at", "pk")
    )
    found: dict[int, dict[str, str]] = {}
    for share in shares if ahead else ():
        bill = cast(int, share.bill_id)
        ahead[bill] -= share.amount
        found[bill] = {"receipt": str(share.payment.receipt), "on": share.payment.value_date.isoformat()}
    return {bill: said for bill, said in found.items() if ahead[bill] <= 0}


def proved_bill(number: str, check: str) -> Bill | None:
    """The bill of that number if `check` was printed for its snapshot, else None."""
    bill = Bill.objects.filter(number=number).first()
    return bill if bill is not None and is_bill_check(bill.snapshot, check) else None
