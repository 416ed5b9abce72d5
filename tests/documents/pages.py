"""Reads pages back as a reader's tools do: the text layer by poppler, the picture by poppler, the code by zxing."""

from __future__ import annotations

import re
import subprocess
import tempfile
import unicodedata
from pathlib import Path

import numpy as np
import zxingcpp


def joined(text: str) -> str:
    """Text for comparison: NFC, without spaces and invisible signs (poppler adds a space after ু and ৃ)."""
    return re.sub(r"[\s\u200b-\u200d]+", "", unicodedata.normalize("NFC", text))


def page_texts(pdf: Path) -> list[str]:
    """The text layer of each page in the order in which it was set, joined."""
    raw = subprocess.run(["pdftotext", "-raw", str(pdf), "-"], capture_output=True, check=True).stdout.decode()
    return [joined(page) for page in raw.split("\f")[:-1]]


def texts_of(made: bytes) -> list[str]:
    """The text layer of each page of a PDF in memory, joined."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(made)
        file.flush()
        return page_texts(Path(file.name))


def pictures(made: bytes, *, dpi: int = 150) -> list[bytes]:
    """Each page as a grey PGM picture."""
    with tempfile.TemporaryDirectory() as directory:
        source = Path(directory) / "made.pdf"
        source.write_bytes(made)
        command = ["pdftoppm", "-gray", "-r", str(dpi), str(source), str(Path(directory) / "page")]
        subprocess.run(command, check=True)
        return [page.read_bytes() for page in sorted(Path(directory).glob("page-*.pgm"))]


def codes_on(picture: bytes) -> list[str]:
    """The texts of the QR codes that a scanner finds on a picture."""
    head = re.match(rb"P5\s+(\d+)\s+(\d+)\s+255\s", picture)
    assert head is not None
    wide, high = int(head[1]), int(head[2])
    grey = np.frombuffer(picture, dtype=np.uint8, offset=head.end()).reshape(high, wide)
    return [found.text for found in zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormat.QRCode)]


def boxes(made: bytes, page: int = 1) -> list[tuple[float, float, float, float, str]]:
    """(left, top, right, bottom, word) of each word of a page, in points."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(made)
        file.flush()
        command = ["pdftotext", "-bbox", "-f", str(page), "-l", str(page), file.name, "-"]
        xml = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    pattern = r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>'
    return [(float(a), float(b), float(c), float(d), word) for a, b, c, d, word in re.findall(pattern, xml)]
