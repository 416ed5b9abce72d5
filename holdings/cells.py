"""How a cell of a file is read, as SQL around a text: figures of either script, commas, numbers kept as text."""

from __future__ import annotations

_AFTER = r"(?![0-9,])"


def figures(text: str) -> str:
    """Bangla figures as Latin ones."""
    return f"translate({text}, '০১২৩৪৫৬৭৮৯', '0123456789')"


def number(text: str) -> str:
    """A text that begins with a number, its figures Latin and its commas understood.

    As on the screens a lone comma before one or two figures is a point: "২,৫" is 2.5. Commas that part thousands or
    lakhs go: "1,20,000" and "120,000" are both 120000. Where they stand otherwise they stay, so that it is no number.
    """
    plain = figures(text)
    return (
        f"CASE WHEN strpos({text}, ',') = 0 THEN {plain}"
        rf" WHEN {plain} ~ '^-?[0-9]+,[0-9]{{1,2}}(?![0-9.,])' THEN replace({plain}, ',', '.')"
        rf" WHEN {plain} ~ '^-?([0-9]{{1,3}}(,[0-9]{{3}})+|[0-9]{{1,2}}(,[0-9]{{2}})+,[0-9]{{3}}){_AFTER}'"
        f" THEN replace({plain}, ',', '') ELSE {plain} END"
    )


def numbering(text: str) -> str:
    """A number that is a name (door, building, account) without the ".0" of a column of decimals written as text.

    The same rule for a door's key is holdings.rules.identity.number_key's.
    """
    cut = rf"regexp_replace({text}, '^([0-9০-৯]+)\.[0০]+$', '\1')"
    return f"CASE WHEN strpos({text}, '.') > 0 THEN {cut} ELSE {text} END"
