"""Who owns the holdings: generated names, guardians and telephone numbers in the same order as the holdings."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from demo import names
from demo.chance import Chance, Floats, Ints
from demo.names import Pair

MUSLIM, HINDU, CHRISTIAN = range(3)


class Person(NamedTuple):
    """An owner as the register keeps one."""

    name_bn: str
    name_en: str
    guardian: str
    mobile: str


class _Draws:
    """Uniform draws for many people, one column for each part of a name."""

    def __init__(self, chance: Chance, n: int) -> None:
        self.columns: list[Floats] = [chance.unit(f"part{k}", n) for k in range(12)]

    def one_of(self, choices: tuple[Pair, ...], column: int, i: int) -> Pair:
        return choices[int(self.columns[column][i] * len(choices))]


def people(chance: Chance, n: int) -> list[Person]:
    """`n` people of the city's three communities, about a quarter of them women."""
    draws = _Draws(chance, n)
    faith = chance.choice("faith", n, (0.80, 0.18, 0.02))
    woman = chance.happens("woman", n, 0.24)
    phone = _mobiles(chance, n)
    found = []
    for i in range(n):
        name = _name(draws, int(faith[i]), bool(woman[i]), i, 0)
        guardian = _name(draws, int(faith[i]), False, i, 5)
        found.append(Person(name[0], name[1], guardian[0], phone[i]))
    return found


def _name(draws: _Draws, faith: int, woman: bool, i: int, column: int) -> Pair:
    if faith == MUSLIM:
        parts = _muslim(draws, woman, i, column)
    elif faith == HINDU:
        given = names.HINDU_GIVEN_F if woman else names.HINDU_GIVEN_M
        parts = [draws.one_of(given, column, i)]
        if woman:
            parts.append(("রানী", "Rani"))
        elif draws.columns[column + 1][i] < 0.6:
            parts.append(draws.one_of(names.HINDU_MIDDLE, column + 2, i))
        parts.append(draws.one_of(names.HINDU_LAST, 4, i))
    else:
        given = names.CHRISTIAN_GIVEN_F if woman else names.CHRISTIAN_GIVEN_M
        parts = [draws.one_of(given, column, i), draws.one_of(names.CHRISTIAN_LAST, 4, i)]
    return " ".join(p[0] for p in parts), " ".join(p[1] for p in parts)


def _muslim(draws: _Draws, woman: bool, i: int, column: int) -> list[Pair]:
    if woman:
        parts = [draws.one_of(names.MUSLIM_GIVEN_F, column, i), draws.one_of(names.MUSLIM_LAST_F, column + 2, i)]
        return [("মোসাঃ", "Mst."), *parts] if draws.columns[column + 1][i] < 0.35 else parts
    parts = [draws.one_of(names.MUSLIM_GIVEN_M, column, i), draws.one_of(names.MUSLIM_LAST_M, column + 2, i)]
    if draws.columns[column + 1][i] < 0.7:
        first = draws.one_of(names.MUSLIM_FIRST_M, column + 3, i)
        if first[1] != parts[-1][1]:
            parts.insert(0, first)
    return parts


def _mobiles(chance: Chance, n: int) -> list[str]:
    """Numbers of the right shape in ranges of zeros that look made up; one owner in twenty has none."""
    operator = chance.whole("operator", n, 3, 9)
    rest = chance.whole("mobile", n, 0, 999_999)
    none = chance.happens("no mobile", n, 0.05)
    return ["" if none[i] else f"01{operator[i]}00{rest[i]:06}" for i in range(n)]


def institution_name(mahalla: Pair, faith: int, religious: bool) -> Pair:
    """The body that owns a public building."""
    if religious:
        kind = (
            ("জামে মসজিদ কমিটি", "Jame Masjid Committee"),
            ("সার্বজনীন মন্দির কমিটি", "Sarbajanin Mandir Committee"),
            ("খ্রিস্টান গির্জা", "Christian Church"),
        )[faith]
    else:
        kind = (
            ("সরকারি প্রাথমিক বিদ্যালয়", "Government Primary School"),
            ("মাধ্যমিক বিদ্যালয়", "Secondary School"),
            ("স্বাস্থ্য কেন্দ্র", "Health Centre"),
        )[faith]
    return f"{mahalla[0]} {kind[0]}", f"{mahalla[1]} {kind[1]}"


def owner_counts(chance: Chance, n: int) -> Ints:
    """How many people own each holding: mostly one, sometimes heirs together."""
    return np.asarray(chance.choice("owners", n, (0.88, 0.08, 0.04)) + 1)
