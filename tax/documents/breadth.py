"""Estimates how wide a text will be, so that the page knows beforehand which lines might wrap.

Measuring in the typesetter is exact but costs more than setting the line; an estimate on the wide side is enough
to choose between a table that may wrap and the quick one that may not.
"""

from __future__ import annotations

import unicodedata

# Advance in em of Noto Sans Bengali and Noto Sans by kind of character, taken on the wide side.
_NARROW = {"Mn": 0.0, "Mc": 0.34, "Cf": 0.0, "Zs": 0.27, "Po": 0.3, "Nd": 0.6, "Ll": 0.58, "Lu": 0.72}
_OTHER = 0.72


def breadth(text: str) -> float:
    """The width of `text` in em, estimated from above."""
    return sum(_NARROW.get(unicodedata.category(character), _OTHER) for character in text)
