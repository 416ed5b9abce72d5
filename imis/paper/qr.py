"""QR codes as raw pixels, the cheapest form that a typesetter can place sharply."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import zxingcpp

# Viewers that smooth enlarged images would blur one pixel a module; more than three only cost time.
PIXELS_A_MODULE = 3


@dataclass(frozen=True)
class QRCode:
    """A square of 8-bit grey `pixels`, `side` pixels wide, without its quiet zone."""

    side: int
    pixels: bytes


def qr_code(text: str, *, level: str = "M") -> QRCode:
    """The QR code of `text`; error correction `level` is L, M, Q or H. Raises ValueError when it does not fit."""
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level)
    # Its stubs know a picture for a buffer on some Pythons only.
    image: Any = barcode.to_image(scale=PIXELS_A_MODULE, add_quiet_zones=False)
    return QRCode(side=int(image.shape[0]), pixels=bytes(memoryview(image)))


def qr_svg(text: str, *, level: str = "L") -> str:
    """The QR code of `text` as an inline SVG element with its quiet zone, scalable by its container."""
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level)
    side = int(barcode.to_image(scale=1, add_quiet_zones=False).shape[0]) + 8
    drawing = barcode.to_svg(add_quiet_zones=True)
    body = drawing[drawing.index("<g ") : drawing.index("</svg>")]
    return f'<svg viewBox="0 0 {side} {side}" xmlns="http://www.w3.org/2000/svg">{body}</svg>'
