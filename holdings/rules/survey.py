"""What a survey file may carry, the words it uses for it, and what can be wrong with a row.

Pure: the reading process, the check and the screens share these tables.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from imis.bangla import fold

# Footprints that share more ground than this are named (m²; below lies the noise of reprojection) …
OVERLAP_NAMED_M2 = 1e-6
# … and stop the row when the shared ground is this part of the smaller one.
OVERLAP_BLOCKS = 0.10
# Two footprints that cover each other this far are one drawn twice.
DUPLICATE_SHARE = 0.98
# A floor area that differs from the register's by more than this part is another one, not one measured again.
OTHER_AREA = Decimal("0.05")
# Rows farther than this from every ward are looked at for a wrong coordinate system or swapped axes (m).
CITY_MARGIN_M = 5_000
# A footprint below this is a slip of the hand (m²).
SMALLEST_AREA_M2 = 0.5

# Coordinate systems a survey of a Bangladesh city may truly be in, tried when rows fall far outside it:
# lon/lat, Web Mercator, UTM 45N and 46N, Gulshan 303 / Bangladesh TM, Bangladesh TM as the SoB publishes it.
LIKELY_SRIDS = (4326, 3857, 32645, 32646, 3106, 9678)


@dataclass(frozen=True)
class Field:
    """A field of the register a column may feed: its kind and the headings that suggest it (folded)."""

    name: str
    kind: str  # text | number | word | door
    headings: tuple[str, ...]


FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        Field("bin", "text", ("bin", "building id", "building no", "structure id", "ইমারত নম্বর", "ভবন আইডি")),
        Field("ward", "number", ("ward no", "ward", "ward number", "wardno", "ওয়ার্ড নং", "ওয়ার্ড", "ওয়ার্ড নম্বর")),
        Field("road", "text", ("road", "street", "road name", "street src", "road code", "রাস্তা", "সড়ক", "রাস্তার নাম")),
        Field("mahalla", "text", ("mahalla", "moholla", "mohalla", "area name", "মহল্লা", "মহল্লার নাম")),
        Field(
            "number",
            "door",
            (
                "holding no",
                "holding number",
                "holding",
                "house no",
                "house number",
                "হোল্ডিং নম্বর",
                "হোল্ডিং নং",
                "হোল্ডিং",
                "বাড়ি নং",
            ),
        ),
        Field("old_number", "text", ("old holding no", "old number", "পুরাতন হোল্ডিং নং")),
        Field("storeys", "number", ("levels", "storeys", "stories", "floors", "no of floors", "তলা", "তলার সংখ্যা")),
        Field("structure", "word", ("structure", "structure type", "construction type", "স্থাপনা", "স্থাপনার ধরন")),
        Field("use", "word", ("use", "use type", "building use", "landuse", "ব্যবহার", "ব্যবহারের ধরন")),
        Field("frontage", "word", ("frontage", "road frontage", "সম্মুখ", "রাস্তার অবস্থান")),
        Field("occupancy", "word", ("occupancy", "occupied by", "দখল", "দখলের ধরন")),
        Field("built_year", "number", ("built year", "year built", "construction year", "নির্মাণ সাল")),
        Field("area_sqft", "number", ("area sqft", "area sq ft", "floor area sqft", "আয়তন (বর্গফুট)", "আয়তন")),
        Field("rent", "number", ("monthly rent", "rent", "মাসিক ভাড়া")),
        Field("owner_bn", "text", ("owner name bn", "owner bn", "owner name", "owner", "মালিকের নাম", "মালিক", "করদাতা")),
        Field("owner_en", "text", ("owner name en", "owner en", "name in english", "মালিকের নাম (ইংরেজি)")),
        Field(
            "guardian",
            "text",
            ("guardian", "father", "father husband", "father name", "husband name", "পিতা/স্বামীর নাম", "পিতার নাম"),
        ),
        Field("mobile", "text", ("mobile", "mobile no", "phone", "contact", "মোবাইল", "মোবাইল নং", "মোবাইল নম্বর")),
    )
}
# Fields that hold one of the register's own words.
CODED = tuple(field.name for field in FIELDS.values() if field.kind == "word")
# The most and the least that a number may be.
_BOUNDS: dict[str, tuple[str, str]] = {
    "ward": ("1", "9999"),
    "storeys": ("0", "60"),
    "built_year": ("1700", "2100"),
    "area_sqft": ("0.01", "999999999"),
    "rent": ("0", "99999999999"),
}
_WHOLE = ("ward", "storeys", "built_year")
_LONGEST = {"road": 120, "mahalla": 80}
# Fields whose blank cells may be given one value; what tells one holding or one person from another may not.
MAY_FILL = (*CODED, *_BOUNDS, *_LONGEST)
# Columns that hold the place itself in a table without geometry.
WKT_HEADINGS = ("wkt", "geom", "geometry", "the geom", "জ্যামিতি")
LON_HEADINGS = ("lon", "long", "longitude", "lng", "x", "দ্রাঘিমাংশ")
LAT_HEADINGS = ("lat", "latitude", "y", "অক্ষাংশ")

_WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "structure": {
        "pucca": ("pucca", "pucka", "paka", "rcc", "concrete", "reinforced masonry", "confined masonry", "পাকা"),
        "semi_pucca": ("semi pucca", "semi pucka", "semipucca", "semi paka", "plastered", "আধা পাকা", "সেমি পাকা"),
        "tin_shed": ("tin shed", "tinshed", "tin", "টিনশেড", "টিন শেড"),
        "katcha": ("katcha", "kutcha", "kacha", "mud", "bamboo", "কাঁচা"),
    },
    "use": {
        "residential": ("residential", "house", "apartments", "dormitory", "আবাসিক", "বাসা"),
        "commercial": ("commercial", "shop", "retail", "office", "market", "hotel", "বাণিজ্যিক", "দোকান"),
        "industrial": ("industrial", "factory", "warehouse", "শিল্প", "কারখানা"),
        "mixed": ("mixed", "mixed use", "মিশ্র"),
        "religious": (
            "religious",
            "religious institution",
            "place of worship",
            "place of worship islam",
            "place of worship buddhist",
            "place of worship hindu",
            "place of worship catholic",
            "place of worship protestant",
            "mosque",
            "temple",
            "church",
            "ধর্মীয় প্রতিষ্ঠান",
            "মসজিদ",
            "মন্দির",
        ),
        "institutional": (
            "institutional",
            "institution",
            "school",
            "college",
            "university",
            "hospital",
            "clinic",
            "clinic/doctor",
            "government",
            "প্রতিষ্ঠান",
            "বিদ্যালয়",
            "হাসপাতাল",
            "সরকারি",
        ),
        "vacant_land": ("vacant land", "vacant", "খালি জায়গা"),
        "under_construction": ("under construction", "construction", "নির্মাণাধীন"),
    },
    "frontage": {
        "main_road": ("main road", "main", "প্রধান সড়ক"),
        "lane": ("lane", "গলি", "লেন"),
        "beyond": ("beyond", "beyond 300 ft", "interior", "ভিতরে"),
    },
    "occupancy": {
        "owner": ("owner", "own use", "own", "self", "নিজ ব্যবহার", "নিজস্ব", "মালিক"),
        "let": ("let", "rent", "rented", "tenant", "ভাড়া", "ভাড়াটিয়া"),
        "vacant": ("vacant", "empty", "খালি"),
    },
}


@dataclass(frozen=True)
class ProblemKind:
    """`blocking` stops the row until a person decides; `decisions` are what the person may choose."""

    blocking: bool
    decisions: frozenset[str]


_ANY = frozenset({"new", "same", "further", "reject"})
_OUT = frozenset({"reject"})
PROBLEMS: dict[str, ProblemKind] = {
    "broken_geometry": ProblemKind(True, _OUT),
    "empty_geometry": ProblemKind(True, _OUT),
    "not_a_polygon": ProblemKind(True, _OUT),
    "zero_area": ProblemKind(True, _OUT),
    "wrong_crs": ProblemKind(True, _OUT),
    "swapped_axes": ProblemKind(True, _OUT),
    "surplus_cells": ProblemKind(True, _ANY),
    "outside_wards": ProblemKind(True, frozenset({"new", "reject"})),
    "unknown_ward": ProblemKind(True, frozenset({"new", "reject"})),
    "invalid_ring": ProblemKind(True, frozenset({"new", "same", "reject"})),
    "ward_mismatch": ProblemKind(True, frozenset({"new", "same", "further", "reject"})),
    "nothing_to_enter": ProblemKind(True, _OUT),
    "duplicate_row": ProblemKind(True, _OUT),
    "duplicate_bin": ProblemKind(True, _OUT),
    "duplicate_number": ProblemKind(True, frozenset({"further", "reject"})),
    "overlap": ProblemKind(True, _ANY),
    "register_conflict": ProblemKind(True, _ANY),
    "register_split": ProblemKind(True, _ANY),
    "slight_overlap": ProblemKind(False, _ANY),
    "straddles_ward": ProblemKind(False, _ANY),
    "missing_number": ProblemKind(False, _ANY),
    "missing_ward": ProblemKind(False, _ANY),
    "unknown_road": ProblemKind(False, _ANY),
    "unknown_word": ProblemKind(False, _ANY),
    "bad_number": ProblemKind(False, _ANY),
    "bad_mobile": ProblemKind(False, _ANY),
    "too_long": ProblemKind(False, _ANY),
    "owner_differs": ProblemKind(False, _ANY),
    "units_differ": ProblemKind(False, _ANY),
}


def allowed_decisions(codes: list[str]) -> frozenset[str]:
    """What a person may choose for a row that has these problems: what all of them allow."""
    chosen = _ANY
    for code in codes:
        chosen &= PROBLEMS[code].decisions
    return chosen


def heading(text: str) -> str:
    """A column's heading in the form the synonym lists are matched in."""
    plain = unicodedata.normalize("NFC", fold(text)).casefold()
    return " ".join(re.sub(r"[_\-.\s]+", " ", plain).split())


def guess_columns(columns: list[str]) -> dict[str, str]:
    """Field → column, by heading, each column once; the first synonym of a field that is found wins."""
    by_heading: dict[str, str] = {}
    for column in columns:
        by_heading.setdefault(heading(column), column)
    chosen: dict[str, str] = {}
    for field in FIELDS.values():
        for synonym in field.headings:
            column = by_heading.get(heading(synonym), "")
            if column and column not in chosen.values():
                chosen[field.name] = column
                break
    return chosen


def find_column(columns: list[str], synonyms: tuple[str, ...]) -> str | None:
    """The column whose heading is one of `synonyms`, else None."""
    by_heading = {heading(column): column for column in columns}
    return next((by_heading[heading(word)] for word in synonyms if heading(word) in by_heading), None)


def unused_columns(columns: list[str], used: Iterable[str], driver: str) -> list[str]:
    """The columns of a file that feed nothing; in a table those of the place are read without being named."""
    places = (WKT_HEADINGS, LON_HEADINGS, LAT_HEADINGS) if driver in ("CSV", "XLSX") else ()
    read = {*used, *(find_column(columns, words) for words in places)}
    return [column for column in columns if column not in read]


_LOOKUP = {
    field: {heading(word): code for code, words in meanings.items() for word in (code, *words)}
    for field, meanings in _WORDS.items()
}


def meaning(field: str, written: str) -> str | None:
    """The register's word for what a file wrote ("আধা পাকা" → semi_pucca), None when it is not known."""
    return _LOOKUP[field].get(heading(written))


def may_fill(field: str, value: str) -> bool:
    """True when `value` may stand for the blank cells of the column of `field`: a word or number it can be."""
    if field in CODED:
        return meaning(field, value) is not None
    if field in _LONGEST:
        return 0 < len(value.strip()) <= _LONGEST[field]
    written = re.sub(r"\.0+$", "", fold(value).strip())
    if field not in _BOUNDS or not re.fullmatch(r"[0-9]+" if field in _WHOLE else r"[0-9]+(\.[0-9]+)?", written):
        return False
    least, most = map(Decimal, _BOUNDS[field])
    return least <= Decimal(written) <= most


def road_key(written: str) -> str:
    """The form in which two spellings of a road's name or code are equal."""
    return heading(written).upper()
