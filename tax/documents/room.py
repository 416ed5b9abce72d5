"""Chooses sizes and arrangements of a bill by estimate, so that the typesetter seldom has to measure.

Measuring is exact but costs more than setting the page; an estimate on the wide side is enough to choose. Widths in
mm and points repeat those of templates/bill.typ.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from tax.documents.steps import Row

SIZES = (9.6, 8.6, 7.5)  # points: roomy, usual, tight
FEW_YEARS = 4  # more years of arrears than these take the width of the page
_LABEL_MM, _DEMAND_MM, _AMOUNT_MM, _YEAR_MM = 79.0, 54.0, 23.5, 20.0
_LINES = (11, 16)  # of the sum, that roomy and usual can hold
_POINT = 0.3528
_SMALL, _GAP = 0.84, 0.6

# Advance in thousandths of an em of the letters of Noto Sans Bengali Regular, as its hmtx table has them.
_LETTERS = (
    "ৎ525 ই530 হ530 ঽ530 চ567 ট567 ঢ567 ঠ591 ধ596 ব596 র596 দ603 ন604 ণ620 ম622 য626 ঘ631 ষ633 থ645 গ656 শ677 স682 "
    "ছ687 ঈ689 খ696 ত707 উ712 ড712 প716 ভ721 ঙ723 ল731 ও738 এ758 ঝ794 ক807 ফ838 ঊ853 ঋ853 ঐ873 ঔ874 অ893 জ917 ঞ1019 "
    "আ1158 া266 ি266 ী266 ে346 ৈ346 ো612 ৌ612"
)
_LETTER = {pair[0]: int(pair[1:]) / 1000 for pair in _LETTERS.split()}
# Everything else by its kind, on the wide side: Latin letters are those of Noto Sans.
_ADVANCE = {"Mn": 0.0, "Mc": 0.4, "Cf": 0.0, "Zs": 0.27, "Po": 0.4, "Nd": 0.6, "Ll": 0.62, "Lu": 0.74, "Sm": 0.6}
_OTHER = 0.75


def breadth(text: str) -> float:
    """The width of `text` in em, estimated from above."""
    return sum(_LETTER.get(character) or _ADVANCE.get(unicodedata.category(character), _OTHER) for character in text)


def fitting(steps: list[Row], demand: list[Row], arrears: list[list[str]]) -> tuple[list[Row], list[Row], Row]:
    """The steps, the demand without formulas that have no room, and {size, wraps, beside} of the sum.

    A step whose formula has no room beside its label is marked `below`: the formula takes a line of its own.

    `size` is a place in SIZES, `wraps` says that a line may need a second one, `beside` that the years of arrears
    stand beside the sum and not below it.
    """
    size = max(_by_lines(len(steps), len(arrears)), _by_amounts([*steps, *demand]))
    em = SIZES[size] * _POINT
    shown = [row if _row_breadth(row) * em <= _DEMAND_MM else {**row, "formula": ""} for row in demand]
    wraps = _widest_amount([*steps, *demand]) * em > _AMOUNT_MM
    wraps = wraps or _widest(steps) * em > _LABEL_MM or _widest(shown) * em > _DEMAND_MM
    crowded = (row["formula"] and _row_breadth(row) * em > _LABEL_MM for row in steps)
    told = [{**row, "below": True} if below else row for row, below in zip(steps, crowded, strict=True)]
    figures = max((breadth(cell) for year in arrears for cell in year[1:]), default=0.0)
    beside = len(arrears) <= FEW_YEARS and figures * 0.93 * em <= _YEAR_MM
    return told, shown, {"size": size, "wraps": wraps, "beside": beside}


def is_long(payer: Mapping[str, Any], holding: Mapping[str, Any]) -> bool:
    """Whether names and address may need more lines than a bill has room for, so that it must measure them."""
    texts = (payer["name_bn"], payer.get("guardian"), holding["number"], holding.get("old_number"))
    address = sum(len(holding.get(part) or "") for part in ("mahalla_bn", "road_bn", "mahalla_en", "road_en"))
    return max(len(text or "") for text in texts) > 40 or address > 80


def _by_lines(steps: int, years: int) -> int:
    lines = steps + (years // 2 + 2 if years > FEW_YEARS else 0)
    return sum(lines > most for most in _LINES)


def _by_amounts(rows: list[Row]) -> int:
    widest = _widest_amount(rows)
    return sum(widest * points * _POINT > _AMOUNT_MM for points in SIZES[:-1])


def _widest_amount(rows: list[Row]) -> float:
    return max(breadth(row["amount"]) * (1.06 if row["strong"] else 1) for row in rows)


def _widest(rows: list[Row]) -> float:
    return max(_row_breadth(row) for row in rows)


def _row_breadth(row: Row) -> float:
    """Of a label with its formula, which is set smaller, and a gap between them."""
    return breadth(row["label"]) + (_SMALL * breadth(row["formula"]) + _GAP if row["formula"] else 0)
