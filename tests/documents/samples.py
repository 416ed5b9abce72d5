"""Draws the sample pages of the documentation: `python -m tests.documents.samples docs/img`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from imis.paper.receipt_pages import PrintedReceipt, typeset_receipt
from tax.documents.bill_pages import PrintedBill, typeset_bills
from tests.documents.specimens import receipt_payload, snapshot

_BILL = PrintedBill(snapshot(7, arrears=3), "https://imis.example/verify/bill/22-2026-1-000007/ABCDEFGHIJKLMNOP")
_RECEIPT = PrintedReceipt(
    number="TAX-2627-000123",
    recorded_on="2026-08-14",
    payload=receipt_payload(),
    corporation=_BILL.snapshot["corporation"],
    code="https://imis.example/verify/" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 5,
)


def main(folder: Path) -> None:
    """Writes bill-bn.png, bill-en.png, receipt-bn.png and receipt-en.png at 100 dots an inch."""
    folder.mkdir(parents=True, exist_ok=True)
    for lang in ("bn", "en"):
        _draw(typeset_bills([_BILL], lang=lang), folder / f"bill-{lang}")
        _draw(typeset_receipt(_RECEIPT, lang=lang), folder / f"receipt-{lang}")


def _draw(made: bytes, name: Path) -> None:
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(made)
        file.flush()
        subprocess.run(["pdftoppm", "-png", "-r", "100", "-singlefile", file.name, str(name)], check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
