"""The number of an emptying request, FS-2627-000041, and the key of digits by which a map knows it."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"FS-(\d{4})-(\d{6})")
_SERIALS = 1_000_000


def request_number(year_code: str, serial: int) -> str:
    """The number of the `serial`-th request of a fiscal year ("2627"). ValueError beyond six digits."""
    if not 0 < serial < _SERIALS:
        raise ValueError(f"{serial} has no place in six digits")
    return f"FS-{year_code}-{serial:06d}"


def map_key(number: str) -> int:
    """The digits of a number; layers/sql/requests_by_state.sql takes the same. ValueError for what is no number."""
    found = _NUMBER.fullmatch(number)
    if found is None:
        raise ValueError(f"{number!r} is no number of a request")
    return int("".join(found.groups()))


def number_of(key: int) -> str:
    """The number behind a map's key."""
    year, serial = divmod(key, _SERIALS)
    return request_number(f"{year:04d}", serial)
