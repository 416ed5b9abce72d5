"""Holdings of a ward: their numbers, owners, buildings and units."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

import numpy as np

from demo.chance import Chance, Ints
from demo.facts import (
    COMMERCIAL,
    FRONTAGES,
    INDUSTRIAL,
    INSTITUTIONAL,
    MIXED,
    RELIGIOUS,
    RESIDENTIAL,
    SQFT,
    STRUCTURES,
    UNDER_CONSTRUCTION,
    USES,
    VACANT_LAND,
    BuildingFacts,
    PlotFacts,
)
from demo.people import Person, institution_name, owner_counts, people
from demo.places import Mahallas
from demo.plan import WardPlan
from holdings.rules.identity import HoldingCode, number_key
from imis.bangla import digits

OWNED_SINCE = "2015-07-01"
_LETTERS = "কখগঘঙচছজঝঞটঠডঢণ"
# Taka per square foot a month that tenants pay, by use, in a pucca house on a main road.
_RENT = {RESIDENTIAL: 9.0, COMMERCIAL: 26.0, INDUSTRIAL: 7.0, MIXED: 14.0, INSTITUTIONAL: 8.0, RELIGIOUS: 5.0}
_BY_STRUCTURE = (1.0, 0.68, 0.45, 0.3)
_BY_FRONTAGE = (1.0, 0.82, 0.68)
_SHARES = {1: ("1",), 2: ("0.5", "0.5"), 3: ("0.33333334", "0.33333333", "0.33333333")}


class UnitRow(NamedTuple):
    """A storey or a flat; holding and building count from 0 in the ward, rent in Taka a month or None."""

    holding: int
    building: int | None
    storey: int
    use: str
    structure: str
    occupancy: str
    area_sqft: float
    rent: int | None


class HoldingRows(NamedTuple):
    """A ward's holdings in the order of the collector's walk, and what hangs on them."""

    road: list[int]
    mahalla: list[int]
    written: list[str]
    keys: list[str]
    codes: list[str]
    old_numbers: list[str]
    frontage: list[str]
    links: list[tuple[int, int]]
    owners: list[Person]
    shares: list[tuple[int, int, str]]
    units: list[UnitRow]


def holding_rows(one: WardPlan, plots: PlotFacts, buildings: BuildingFacts, quarters: Mahallas) -> HoldingRows:
    """All rows of the ward's holdings."""
    chance = Chance("holdings", one.frame.number)
    plot = np.repeat(np.arange(len(plots.homes)), plots.homes)
    flat = np.arange(len(plot)) - np.repeat(np.cumsum(plots.homes) - plots.homes, plots.homes)
    road = one.plots.road[plot]
    written, keys, codes = _numbers(chance, one.frame.number, one.plots.road, plots.homes)
    old = chance.whole("old", len(plot), 1, 900)
    had = chance.happens("had", len(plot), 0.55)
    owners, shares = _owners(chance, plots.use[plot], quarters, plot)
    standing = _standing(buildings)
    return HoldingRows(
        road.tolist(),
        quarters.of_plot[plot].tolist(),
        written,
        keys,
        codes,
        [digits(str(n)) if yes else "" for n, yes in zip(old, had, strict=True)],
        [FRONTAGES[k] for k in plots.frontage[plot]],
        [(holding, building) for holding, p in enumerate(plot.tolist()) for building in standing[p]],
        owners,
        shares,
        _units(chance, plots, buildings, plot, flat, standing),
    )


def _standing(buildings: BuildingFacts) -> dict[int, list[int]]:
    """The buildings of each plot."""
    found: dict[int, list[int]] = defaultdict(list)
    for building, plot in enumerate(buildings.prints.plot.tolist()):
        found[plot].append(building)
    return found


def _numbers(chance: Chance, ward: int, road: Ints, homes: Ints) -> tuple[list[str], list[str], list[str]]:
    """Numbers as written on the doors, their keys, and the holding codes; counted along each road."""
    style = chance.unit("style", len(road))
    letter = chance.whole("letter", len(road), 0, 3)
    count: dict[int, int] = defaultdict(int)
    written, codes = [], []
    for i, (r, n) in enumerate(zip(road.tolist(), homes.tolist(), strict=True)):
        count[r] += 1
        door = _door(count[r], float(style[i]), int(letter[i]))
        for flat in range(n):
            written.append(door if n == 1 else f"{door}/{_flat_name(flat, float(style[i]))}")
            codes.append(str(HoldingCode(ward, r + 1, count[r], flat + 1 if n > 1 else 0)))
    return written, [number_key(number) for number in written], codes


def _door(number: int, style: float, letter: int) -> str:
    if style < 0.6:
        return digits(str(number))
    if style < 0.82:
        return str(number)
    if style < 0.92:
        return f"{digits(str(number))}/{_LETTERS[letter]}"
    return f"{digits(str(number))}-{digits(str(letter + 1))}" if style < 0.97 else f"{number}/{'ABCD'[letter]}"


def _flat_name(flat: int, style: float) -> str:
    storey, side = flat // 4 + 1, flat % 4
    return f"{digits(str(storey))}{_LETTERS[side]}" if style < 0.7 else f"{storey}{'ABCD'[side]}"


def _owners(
    chance: Chance, use: Ints, quarters: Mahallas, plot: Ints
) -> tuple[list[Person], list[tuple[int, int, str]]]:
    """Owners of the ward and who owns which share of which holding; some people own several holdings."""
    n = len(use)
    public = np.isin(use, (RELIGIOUS, INSTITUTIONAL))
    count = np.where(public, 1, owner_counts(chance, n))
    again = chance.happens("again", n, 0.05) & (count == 1) & ~public
    faith = chance.choice("committee", n, (0.82, 0.16, 0.02))
    drawn = people(chance, int(count.sum()))
    owners: list[Person] = []
    shares: list[tuple[int, int, str]] = []
    for holding in range(n):
        if again[holding] and owners:
            shares.append((holding, len(owners) - 1, "1"))
            continue
        for share in _SHARES[int(count[holding])]:
            person = drawn[len(owners)]
            if public[holding]:
                mahalla = quarters.names[int(quarters.of_plot[plot[holding]])]
                name = institution_name(mahalla, int(faith[holding]), bool(use[holding] == RELIGIOUS))
                person = Person(name[0], name[1], "", person.mobile)
            shares.append((holding, len(owners), share))
            owners.append(person)
    return owners, shares


def _units(
    chance: Chance, plots: PlotFacts, buildings: BuildingFacts, plot: Ints, flat: Ints, standing: dict[int, list[int]]
) -> list[UnitRow]:
    """Storeys of houses, and flats of divided ones, with who uses them and what is paid."""
    found: list[tuple[int, int | None, int, int, int, float]] = []
    for holding, p in enumerate(plot.tolist()):
        use, homes, place = int(plots.use[p]), int(plots.homes[p]), int(flat[holding])
        if not standing[p]:
            found.append((holding, None, 0, VACANT_LAND, 3, 0.0))
        for building in standing[p]:
            area = float(buildings.prints.area[building]) * SQFT
            storeys, structure = int(buildings.storeys[building]), int(buildings.structure[building])
            if homes > 1:
                found.append(
                    (holding, building, place * storeys // homes, use, structure, area * storeys * 0.86 / homes)
                )
                break
            for storey in range(storeys):
                found.append(
                    (holding, building, storey, use if use != MIXED or not storey else RESIDENTIAL, structure, area)
                )
    return _used(chance, found, plots.frontage[plot], plots.homes[plot])


def _used(
    chance: Chance, units: list[tuple[int, int | None, int, int, int, float]], frontage: Ints, homes: Ints
) -> list[UnitRow]:
    n = len(units)
    luck, level = chance.unit("occupancy", n), chance.between("rent", n, 0.75, 1.3)
    told, land = chance.happens("told", n, 0.8), chance.between("land", n, 700, 3_600)
    rows = []
    for i, (holding, building, storey, use, structure, area) in enumerate(units):
        written_use = COMMERCIAL if use == MIXED else use
        occupancy = _occupancy(use, storey, bool(homes[holding] > 1), float(luck[i]))
        rent = _RENT.get(written_use, 0) * _BY_STRUCTURE[structure] * _BY_FRONTAGE[frontage[holding]] * level[i] * area
        known = occupancy == "let" and bool(told[i]) and rent >= 100
        rows.append(
            UnitRow(
                holding,
                building,
                storey,
                USES[written_use],
                STRUCTURES[structure],
                occupancy,
                max(10.0, area or float(land[i])),
                int(round(rent, -2)) if known else None,
            )
        )
    return rows


def _occupancy(use: int, storey: int, is_flat: bool, luck: float) -> str:
    if use in (RELIGIOUS, INSTITUTIONAL, VACANT_LAND, UNDER_CONSTRUCTION):
        return "owner"
    own = (
        0.5 if is_flat else (0.35 if use in (COMMERCIAL, MIXED) and storey == 0 else (0.78, 0.45, 0.25)[min(storey, 2)])
    )
    return "vacant" if luck > 0.96 else ("owner" if luck < own else "let")
