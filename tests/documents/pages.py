"""Reads pages back as a reader's tools do: the text layer by poppler, the picture by poppler, the code by zxing."""

from __future__ import annotations

import re
import subprocess
import tempfile
import unicodedata
from pathlib import Path


def joined(text: str) -> str:
    """Text for comparison: NFC, without spaces and invisible signs (poppler adds a space after ু and ৃ)."""
    return re.sub(r"[\s\u200b-\u200d]+", "", unicodedata.normalize("NFC", text))


def page_texts(pdf: Path) -> list[str]:
    """The text layer of each page, joined."""
    raw = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, check=True).stdout.decode()
    return [joined(page) for page in raw.split("\f")[:-1]]


def texts_of(made: bytes) -> list[str]:
    """The text layer of each page of a PDF in memory, joined."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(made)
        file.flush()
        return page_texts(Path(file.name))
