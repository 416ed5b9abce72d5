"""The number of a request and the key that a map has for it lead to each other."""

from __future__ import annotations

import pytest

from fsm.rules.numbers import map_key, number_of, request_number


@pytest.mark.parametrize(("year", "serial", "key"), [("2627", 41, 2_627_000_041), ("0910", 999_999, 910_999_999)])
def test_there_and_back(year: str, serial: int, key: int) -> None:
    number = request_number(year, serial)
    assert (map_key(number), number_of(key)) == (key, number)


def test_what_is_no_number() -> None:
    for serial in (0, -1, 1_000_000):
        with pytest.raises(ValueError, match="six digits"):
            request_number("2627", serial)
    for text in ("", "FS-2627-41", "FS-2627-0000411", "XX-2627-000041", "FS-2627-000041\n"):
        with pytest.raises(ValueError, match="no number"):
            map_key(text)
