"""Bills of the database as PDF, from what was frozen when they were issued."""

from __future__ import annotations

from collections.abc import Iterable

from tax.documents.bill_pages import PrintedBill, typeset_bills
from tax.documents.verification import bill_address
from tax.models import Bill
from tax.queries.printing import paid_ahead


def bills_pdf(bills: Iterable[Bill], *, lang: str = "bn") -> bytes:
    """One PDF of a few bills in the order given, in `lang` ("bn" or "en").

    It stays in this process, where the typesetter keeps 1.4 MB a page: a ward goes through tax.tasks instead.
    Raises ValueError for another language.
    """
    return typeset_bills(printed(bills), lang=lang)


def printed(bills: Iterable[Bill]) -> list[PrintedBill]:
    """What the press needs of bills: their snapshots, the text of their QR codes, and which were paid ahead.

    A bill's words are frozen; that its quarter was paid ahead is asked now, because a payment can be undone.
    """
    rows = list(bills)
    paid = paid_ahead(rows)
    return [PrintedBill(bill.snapshot, bill_address(bill.snapshot), paid.get(bill.pk)) for bill in rows]
