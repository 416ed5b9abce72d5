"""Draws the sample pages of the documentation from the demo city, so that they show what is really printed.

After `bin/imis demo --no-serve`: `eval "$(bin/imis env)"; python -m tests.documents.samples docs/img`.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import django


def main(folder: Path) -> None:
    """Writes bill-bn.png, bill-en.png, receipt-bn.png and receipt-en.png at 100 dots an inch.

    The bill is of a holding with arrears and a building loan, the receipt of the last payment that settled a surcharge.
    """
    django.setup()
    from tax.documents.bills import bills_pdf
    from tax.documents.receipts import receipt_pdf
    from tax.models import Bill, BuildingLoan, Payment

    folder.mkdir(parents=True, exist_ok=True)
    bills = Bill.objects.filter(surcharge_amount__gt=0, run__isnull=False)
    indebted = bills.filter(holding__in=BuildingLoan.objects.values("holding"))
    bill = indebted.order_by("-fiscal_year", "-quarter", "number")[0]
    payments = Payment.objects.filter(allocations__kind="surcharge", reversal=None).select_related("receipt")
    receipt = payments.order_by("-recorded_at", "id")[0].receipt
    for lang in ("bn", "en"):
        _draw(bills_pdf([bill], lang=lang), folder / f"bill-{lang}")
        _draw(receipt_pdf(receipt, lang=lang), folder / f"receipt-{lang}")


def _draw(made: bytes, name: Path) -> None:
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(made)
        file.flush()
        subprocess.run(["pdftoppm", "-png", "-r", "100", "-singlefile", file.name, str(name)], check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
