"""What makes two written holding numbers the same door, and Khulna's holding code.

A number is kept as it stands on the door (`4ক`, `12/ক`, `00ডি-385`); its key is what must be unique by ward and
road (tax-rules.md §5). The code has the shape WW-RRR-HHHH-SS: ward, road, holding, suffix.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from imis.bangla import fold

_SEPARATORS = re.compile(r"[\s,./\\|:;_।‐-―−-]+")
_SPACE_BY_LETTER = re.compile(r"(?<=\d)\s+(?=[^\W\d_])|(?<=[^\W\d_])\s+(?=\d)")
_CODE = re.compile(r"^(\d{2})-(\d{3})-(\d{4})-(\d{2})$")
# What a column of decimals makes of a number: "12.0" is door 12.
_DECIMAL = re.compile(r"^\s*([0-9]+)\.0+\s*$")
_LEADING = re.compile(r"^[0-9]+")


def number_key(written: str) -> str:
    """The normal form of a holding number, "" when nothing but separators was written.

    Digits become Latin, letters upper case, য়/ড়/ঢ় one spelling, joiners go; every run of separators
    (space, comma, dot, slash, dash …) is one "/". A bare space between a figure and a letter separates
    nothing: "4 ক" is "4ক", while "12/ক" stays apart from "12ক". "12.0", from a column of decimals, is "12".
    """
    # Upper-casing may decompose (ŉ → ʼN) or lengthen (ß → SS): the fold afterwards makes the result stable.
    text = _DECIMAL.sub(r"\1", fold(fold(written).upper()))
    text = _SPACE_BY_LETTER.sub("", text)
    text = _SEPARATORS.sub("/", text).strip("/")
    return unicodedata.normalize("NFC", text)


def leading_number(key: str) -> int | None:
    """The figure a key starts with ("12/ক" → 12), None when it starts otherwise."""
    found = _LEADING.match(key)
    return int(found.group()) if found else None


@dataclass(frozen=True)
class HoldingCode:
    """Ward 1–99, road 0–999 (0: no road known), holding 0–9999, suffix 0–99 (0: none)."""

    ward: int
    road: int
    holding: int
    suffix: int = 0

    def __post_init__(self) -> None:
        for value, last, name in (
            (self.ward, 99, "ward"),
            (self.road, 999, "road"),
            (self.holding, 9999, "holding"),
            (self.suffix, 99, "suffix"),
        ):
            if not 0 <= value <= last:
                raise ValueError(f"{name} {value} is outside 0–{last}")
        if self.ward == 0:
            raise ValueError("ward 0 does not exist")

    def __str__(self) -> str:
        return f"{self.ward:02}-{self.road:03}-{self.holding:04}-{self.suffix:02}"


def parse_code(text: str) -> HoldingCode:
    """Reads WW-RRR-HHHH-SS in either script, spaces around it ignored; raises ValueError otherwise."""
    found = _CODE.match(fold(text).strip())
    if not found:
        raise ValueError(f"{text!r} does not have the shape WW-RRR-HHHH-SS")
    return HoldingCode(*(int(part) for part in found.groups()))
