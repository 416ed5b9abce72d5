"""Bills of the database as PDF, from what was frozen when they were issued."""

from __future__ import annotations

from collections.abc import Iterable

from tax.documents.bill_pages import PrintedBill, typeset_bills
from tax.documents.verification import bill_address
from tax.models import Bill


def bills_pdf(bills: Iterable[Bill], *, lang: str = "bn") -> bytes:
    """One PDF of a few bills in the order given, in `lang` ("bn" or "en").

    It stays in this process, where the typesetter keeps 1.4 MB a page: a ward goes through tax.tasks instead.
    Raises ValueError for another language.
    """
    return typeset_bills([printed(bill) for bill in bills], lang=lang)


def printed(bill: Bill) -> PrintedBill:
    """What the press needs of a bill: its snapshot and the text of its QR code."""
    return PrintedBill(snapshot=bill.snapshot, code=bill_address(bill.snapshot))
