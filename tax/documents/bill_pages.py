"""Pages of bills: one, or many in one file, in the order given. Pure: it runs in processes without Django."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imis.paper.qr import qr_code
from imis.paper.typeset import pdf
from tax.documents.content import Snapshot, bill_page, paid_line
from tax.documents.wording import words

TEMPLATES = Path(__file__).resolve().parent / "templates"


@dataclass(frozen=True)
class PrintedBill:
    """A bill to print: its frozen snapshot and the text of its QR code (verification.bill_address).

    `paid` says that the quarter was paid ahead: {receipt, on (ISO)}, or None.
    """

    snapshot: Snapshot
    code: str
    paid: Mapping[str, str] | None = None


def typeset_bills(bills: Sequence[PrintedBill], *, lang: str = "bn") -> bytes:
    """One PDF of `bills` in `lang` ("bn" or "en"), a page each (two where the working needs an annex).

    Raises ValueError for another language and KeyError for a snapshot that lacks a part.
    """
    pages = [
        {**bill_page(bill.snapshot, lang), "qr": n, "paid": paid_line(bill.paid, lang)} for n, bill in enumerate(bills)
    ]
    said = words(lang)
    data: dict[str, Any] = {
        "lang": lang,
        "words": said,
        "title": f"{said['bill_title']} {pages[0]['number']}" if len(pages) == 1 else said["bill_title"],
        "author": pages[0]["corporation"],
        "bills": pages,
    }
    return pdf(TEMPLATES / "bill.typ", data, [qr_code(bill.code) for bill in bills])
