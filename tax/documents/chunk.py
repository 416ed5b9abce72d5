"""Typesets one part of a long file in a process of its own: `python -m tax.documents.chunk IN.json OUT.pdf`.

The typesetter's cache lives as long as its process; a process per part bounds memory and uses every core. This
module starts quickly because it needs neither Django nor the database.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tax.documents.bill_pages import PrintedBill, typeset_bills

# Two processes share the machine already, so threads inside them would only wait for each other; and memory that the
# typesetter gives back, it asks for again at once (7 % of its time on glibc; elsewhere the setting is not read).
_SURROUNDINGS = (
    "RAYON_NUM_THREADS=1",
    "GLIBC_TUNABLES=glibc.malloc.mmap_threshold=1073741824:glibc.malloc.trim_threshold=4294967296"
    ":glibc.malloc.top_pad=16777216",
)
PROJECT = Path(__file__).resolve().parents[2]


def start(bills: Sequence[PrintedBill], *, lang: str, out: Path) -> subprocess.Popen[bytes]:
    """Starts the typesetting of `bills` into `out`; the caller waits for the process.

    `out` appears whole or not at all, so a part that exists is a part that is finished, whoever was killed.
    """
    source = out.with_suffix(f".{os.getpid()}.json")
    rows = [{"snapshot": bill.snapshot, "code": bill.code, "paid": bill.paid} for bill in bills]
    source.write_text(json.dumps({"lang": lang, "bills": rows}, ensure_ascii=False), encoding="utf-8")
    command = ["env", *_SURROUNDINGS, sys.executable, "-m", "tax.documents.chunk", str(source), str(out)]
    return subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)  # noqa: S603 - fixed words and our own paths


def main(source: Path, out: Path) -> None:
    """Reads what `start` wrote, writes the PDF, removes the source: it holds names and is needed no more."""
    gc.disable()  # the process ends before it would pay
    data = json.loads(source.read_text(encoding="utf-8"))
    made = typeset_bills([PrintedBill(**row) for row in data["bills"]], lang=data["lang"])
    unfinished = out.with_suffix(f".{os.getpid()}.part")
    unfinished.write_bytes(made)
    unfinished.replace(out)
    source.unlink()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
