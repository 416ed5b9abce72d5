"""Digits, grouping, words, dates and folding of Bangla text."""

from __future__ import annotations

import csv
import unicodedata
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from imis import bangla

# Numbers whose words at least five of six public libraries spell alike (spacing of শত aside).
AGREED = list(csv.DictReader((Path(__file__).parent / "data" / "bn_number_words.csv").open(encoding="utf-8")))


def spoken(text: str) -> str:
    """Words without the two differences of style between libraries: লক্ষ for লাখ, and a space before শত."""
    return unicodedata.normalize("NFC", text).replace("লক্ষ", "লাখ").replace(" শত", "শত")


@pytest.mark.parametrize("row", AGREED, ids=lambda row: row["n"])
def test_number_words_equal_what_libraries_agree_on(row: dict[str, str]) -> None:
    assert spoken(bangla.number_words(int(row["n"]))) == spoken(row["words"])


def test_words_are_all_different_below_a_hundred_and_agreed_rows_were_read() -> None:
    assert len({bangla.number_words(n) for n in range(100)}) == 100
    assert len(AGREED) > 90


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("164375", "এক লাখ চৌষট্টি হাজার তিনশত পঁচাত্তর টাকা মাত্র"),
        ("0", "শূন্য টাকা মাত্র"),
        ("0.50", "পঞ্চাশ পয়সা মাত্র"),
        ("998.05", "নয়শত আটানব্বই টাকা পাঁচ পয়সা মাত্র"),
        ("-20", "ঋণাত্মক বিশ টাকা মাত্র"),
        ("1230000045", "একশত তেইশ কোটি পঁয়তাল্লিশ টাকা মাত্র"),
        ("1000000000000", "এক লাখ কোটি টাকা মাত্র"),
        ("10.005", "দশ টাকা এক পয়সা মাত্র"),
    ],
)
def test_amount_in_words(amount: str, expected: str) -> None:
    assert unicodedata.normalize("NFC", bangla.words(Decimal(amount))) == unicodedata.normalize("NFC", expected)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("164375", "one lakh sixty-four thousand three hundred seventy-five taka only"),
        ("-20.21", "minus twenty taka twenty-one paisa only"),
        ("120000019", "twelve crore nineteen taka only"),
    ],
)
def test_amount_in_english_words(amount: str, expected: str) -> None:
    assert bangla.words(Decimal(amount), "en") == expected


@pytest.mark.parametrize(
    ("amount", "bn", "en"),
    [
        ("0", "০", "0"),
        ("999", "৯৯৯", "999"),
        ("1000", "১,০০০", "1,000"),
        ("164375", "১,৬৪,৩৭৫", "1,64,375"),
        ("48071200", "৪,৮০,৭১,২০০", "4,80,71,200"),
        ("123456789012.5", "১,২৩,৪৫,৬৭,৮৯,০১২.৫০", "1,23,45,67,89,012.50"),
        ("-164375.25", "-১,৬৪,৩৭৫.২৫", "-1,64,375.25"),
        ("-0.001", "০", "0"),
    ],
)
def test_lakh_grouping(amount: str, bn: str, en: str) -> None:
    assert bangla.grouped(Decimal(amount)) == bn
    assert bangla.grouped(Decimal(amount), "en") == en


def test_paisa_is_shown_on_request_and_never_lost() -> None:
    assert bangla.grouped(1000, paisa=True) == "১,০০০.০০"
    assert bangla.grouped("1000.10", "en") == "1,000.10"


def test_digits_go_both_ways_and_leave_letters_alone() -> None:
    assert bangla.digits("12/ক-4") == "১২/ক-৪"
    assert bangla.latin("১২/ক-৪") == "12/ক-4"
    assert bangla.latin(bangla.digits("0123456789")) == "0123456789"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("\u09ac\u09be\u09a1\u09bc\u09bf", "\u09ac\u09be\u09dc\u09bf"),  # ড়
        ("\u0986\u09b7\u09be\u09a2\u09bc", "\u0986\u09b7\u09be\u09dd"),  # ঢ়
        ("\u09a8\u09df", "\u09a8\u09af\u09bc"),  # য়
        ("\u0995\u09c7\u09be", "\u0995\u09cb"),  # ো of two signs
        ("\u0995\u09c7\u09d7", "\u0995\u09cc"),  # ৌ of two signs
        ("\u09b0\u200d\u09cd\u09af\u09be\u09ac", "\u09b0\u09cd\u09af\u09be\u09ac"),  # ZWJ
        ("\u0995\u09cd\u200c\u09b7", "\u0995\u09cd\u09b7"),  # ZWNJ
        ("\u0989\u09a4\u09cd\u200d\u09b8\u09ac", "\u0989\u09ce\u09b8\u09ac"),  # ৎ of old
        ("\u0986\u09ac\u09bc", "\u0986\u09b0"),  # র as dotted ব
        ("১২/ক", "12/ক"),
    ],
)
def test_fold_makes_spellings_equal(one: str, other: str) -> None:
    assert one != other
    assert bangla.fold(one) == bangla.fold(other)
    assert bangla.fold(bangla.fold(one)) == bangla.fold(one)


@pytest.mark.parametrize(("one", "other"), [("বাড়ি", "বাডি"), ("নয়", "নয"), ("ক", "খ"), ("12", "21"), ("আষাঢ়", "আষাঢ")])
def test_fold_keeps_different_words_apart(one: str, other: str) -> None:
    assert bangla.fold(one) != bangla.fold(other)


def test_dates_years_and_instalments() -> None:
    assert bangla.date_bn(date(2022, 11, 22)) == "২২/১১/২০২২খ্রিঃ"
    assert bangla.date_in(date(2022, 11, 2), "en") == "02/11/2022"
    assert bangla.fiscal_year_in(2022) == "২০২২-২৩"
    assert bangla.fiscal_year_in(2099, "en") == "2099-00"
    assert [bangla.ordinal(n, "en") for n in (1, 2, 3, 4)] == ["1st", "2nd", "3rd", "4th"]
    assert unicodedata.normalize("NFC", bangla.ordinal(4)) == "৪র্থ"
