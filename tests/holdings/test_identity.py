"""Holding numbers as doors in Khulna carry them, and the holding code."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdings.rules.identity import HoldingCode, leading_number, number_key, parse_code
from imis.bangla import digits

DOOR = st.text(alphabet=st.sampled_from("০১২৩৪৫৬৭৮৯0123456789কখগঘডিয়ড়ঢ়র়ABcdeßŉı /-,.\\—\u200c\u200d "), max_size=30)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("4ক", "4ক"),
        ("৪ক", "4ক"),
        ("4 ক", "4ক"),
        ("12/ক", "12/ক"),
        (" ১২ / ক ", "12/ক"),
        ("12-ক", "12/ক"),
        ("12,ক", "12/ক"),
        ("31/3", "31/3"),
        ("৩১–৩", "31/3"),
        ("31 3", "31/3"),
        ("13F2", "13F2"),
        ("13f2", "13F2"),
        ("00ডি-385", "00ডি/385"),
        ("০০ডি—৩৮৫", "00ডি/385"),
        ("ডি\u200c385", "ডি385"),
        ("-", ""),
        ("  ", ""),
    ],
)
def test_what_is_on_the_door_has_one_key(written: str, key: str) -> None:
    assert number_key(written) == key


def test_both_spellings_of_dotted_letters_are_one() -> None:
    assert number_key("৫\u09dc") == number_key("৫\u09a1\u09bc")  # ড়
    assert number_key("৫\u09df") == number_key("৫\u09af\u09bc")  # য়


def test_numbers_that_differ_stay_apart() -> None:
    doors = ["4", "4ক", "4/ক", "31/3", "313", "13F2", "13/2", "00ডি-385", "ডি-385"]
    assert len({number_key(door) for door in doors}) == len(doors)


@given(DOOR)
def test_a_key_is_its_own_key(written: str) -> None:
    key = number_key(written)
    assert number_key(key) == key
    assert unicodedata.is_normalized("NFC", key)
    assert not set(key) & set(" ,-.\\—০১২৩৪৫৬৭৮৯\u200c\u200d")
    assert not key.startswith("/") and not key.endswith("/") and "//" not in key


@given(st.text(max_size=40))
def test_any_text_has_a_stable_key(written: str) -> None:
    assert number_key(number_key(written)) == number_key(written)


@given(DOOR)
def test_the_script_of_the_digits_does_not_matter(written: str) -> None:
    assert number_key(digits(written)) == number_key(written)


@given(st.integers(1, 99), st.integers(0, 999), st.integers(0, 9999), st.integers(0, 99))
def test_code_goes_out_and_comes_back(ward: int, road: int, holding: int, suffix: int) -> None:
    code = HoldingCode(ward, road, holding, suffix)
    assert parse_code(str(code)) == code
    assert parse_code(f" {digits(str(code))} ") == code
    assert len(str(code)) == 14


@pytest.mark.parametrize(
    "text", ["", "22-001-0012", "2-001-0012-00", "22-001-0012-00-1", "00-001-0012-00", "ক২-001-0012-00"]
)
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"shape|does not exist"):
        parse_code(text)


def test_a_code_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="road 1000"):
        HoldingCode(1, 1000, 1)


def test_leading_number() -> None:
    assert [leading_number(key) for key in ("12/ক", "00ডি/385", "ডি/3", "")] == [12, 0, None, None]
