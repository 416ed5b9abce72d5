"""Ward PDF: pages per second per core and memory against WeasyPrint on the same content, and the text layer.

Run it by `bin/imis bench pdf`. Both engines
set the strings of tax.documents.content, the QR code in each of the three copies, the same fonts and the same A4
page. Time is processor time of child processes, so other work on the machine hardly shows; sides alternate.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.harness import result
from benchmarks.weasy_bill import same_texts
from tax.documents import chunk
from tax.documents.bill_pages import PrintedBill
from tax.documents.ward_file import PAGES_A_PART, merge
from tests.documents.pages import joined, page_texts
from tests.documents.specimens import snapshot

ROUNDS = 5
WEASY_BILLS = 50  # start-up is then a few per cent of it, as it is of ours
MEMORY_BOUND_MB = 500


def bills(size: int, first: int = 1) -> list[PrintedBill]:
    """`size` different bills: 1 to 4 units, 0 to 5 years of arrears, one head or four."""
    return [
        PrintedBill(
            snapshot(n, arrears=n % 6, heads=4 if n % 2 else 1, units=1 + n % 4),
            f"https://imis.example/verify/bill/22-2026-1-{n:06d}/ABCDEFGHIJKLMNOP",
        )
        for n in range(first, first + size)
    ]


def run(size: int = 2500, quick: bool = False) -> list[dict[str, Any]]:
    """The rows of the harness: ratio to WeasyPrint, peak memory of a worker, share of texts found in the PDF."""
    size = min(size, 300) if quick else size
    rounds = 1 if quick else ROUNDS
    with tempfile.TemporaryDirectory(prefix="imis-bench-pdf-") as directory:
        folder = Path(directory)
        ratios = []
        for number in range(rounds):
            part = bills(PAGES_A_PART, first=1 + number * PAGES_A_PART)
            ours, _ = _typst(part, folder / f"round{number}.pdf")
            theirs, _ = _weasy(part[:WEASY_BILLS], folder / f"weasy{number}.pdf")
            ratios.append(ours / theirs)
        peak, found = _ward(bills(size), folder)
    return [
        result(
            "ward PDF: pages a second a core against WeasyPrint",
            statistics.median(ratios),
            20,
            "times",
            size,
            at_least=True,
        ),
        result("ward PDF: peak memory of a worker", peak / MEMORY_BOUND_MB, 1, f"of {MEMORY_BOUND_MB} MB", size),
        result("ward PDF: bills whose texts are all in the text layer", found, 1, "share", size, at_least=True),
    ]


def _ward(all_bills: list[PrintedBill], folder: Path) -> tuple[float, float]:
    """Peak memory in MB of the parts of a whole ward, and the share of bills whose texts stand on their page."""
    parts, peak = [], 0.0
    for at in range(0, len(all_bills), PAGES_A_PART):
        parts.append(folder / f"part{at:06d}.pdf")
        _, memory = _typst(all_bills[at : at + PAGES_A_PART], parts[-1])
        peak = max(peak, memory)
    whole = folder / "ward.pdf"
    assert merge(parts, whole) == len(all_bills), "a page is missing"
    pages = page_texts(whole)
    right = sum(all(text in page for text in _expected(bill)) for bill, page in zip(all_bills, pages, strict=True))
    return peak, right / len(all_bills)


def _expected(bill: PrintedBill) -> list[str]:
    return [joined(text) for text in same_texts(bill)]


def _typst(part: list[PrintedBill], out: Path) -> tuple[float, float]:
    return _measured(lambda: chunk.start(part, lang="bn", out=out), len(part))


def _weasy(part: list[PrintedBill], out: Path) -> tuple[float, float]:
    source = out.with_suffix(".json")
    source.write_text(json.dumps([{"snapshot": bill.snapshot, "code": bill.code} for bill in part]), encoding="utf-8")
    command = [sys.executable, "-m", "benchmarks.weasy_bill", str(source), str(out)]
    return _measured(lambda: subprocess.Popen(command, cwd=chunk.PROJECT), len(part))


def _measured(start: Any, pages: int) -> tuple[float, float]:
    """Pages a second of processor time, and peak memory in MB, of the process that `start` starts."""
    process = start()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, process.args
    return pages / (usage.ru_utime + usage.ru_stime), usage.ru_maxrss / 1024
