"""Runs the typesetter: a template, its data as JSON, its QR codes as pixels → PDF bytes.

typst keeps a cache per process that grows with every page, so long work runs in a process of its own
(tax.documents.ward_file starts `python -m tax.documents.chunk`).
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

from imis.paper.qr import QRCode

HERE = Path(__file__).resolve().parent
TEMPLATES = HERE / "templates"
FONTS = HERE / "fonts"


def pdf(template: Path, data: dict[str, Any], codes: Sequence[QRCode] = ()) -> bytes:
    """The PDF of a .typ file over `data`; `data` may name a code by its place in `codes`.

    The template may import the files beside it and those of imis/paper/templates. Only fonts shipped with the project
    are used, so a page looks the same on every machine. The typesetter is confined to a temporary directory that holds
    the templates, the data and the codes. Raises typst.TypstError.
    """
    with tempfile.TemporaryDirectory(prefix="imis-pdf-") as directory:
        root = Path(directory)
        for source in (*TEMPLATES.glob("*.typ"), *template.parent.glob("*.typ")):
            (root / source.name).write_bytes(source.read_bytes())
        (root / "codes.bin").write_bytes(b"".join(code.pixels for code in codes))
        placed = {**data, "codes": _places(codes)}
        (root / "data.json").write_text(json.dumps(placed, ensure_ascii=False), encoding="utf-8")
        compiler = typst.Compiler(root / template.name, root=root, font_paths=_fonts())
        made = compiler.compile(format="pdf", pdf_tags=False)
    assert isinstance(made, bytes)
    return made


def _places(codes: Sequence[QRCode]) -> list[list[int]]:
    places, at = [], 0
    for code in codes:
        places.append([at, len(code.pixels), code.side])
        at += len(code.pixels)
    return places


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
