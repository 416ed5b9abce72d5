"""Wards, mahallas and roads of a ward, with their names."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from demo import names
from demo.chance import Chance, Floats, Ints
from demo.facts import PlotFacts
from demo.names import Pair
from demo.plan import WardPlan
from demo.streets import LANE, MAIN, SECONDARY, Roads

HIERARCHIES = {MAIN: "main", SECONDARY: "secondary", LANE: "lane"}
_ORDINALS = ("", "১ম ", "২য় ", "৩য় ", "৪র্থ ", "৫ম ", "৬ষ্ঠ ", "৭ম ", "৮ম ", "৯ম ", "১০ম ")


class Mahallas(NamedTuple):
    """Names of a ward's mahallas and the mahalla of each plot."""

    names: list[Pair]
    of_plot: Ints


def mahallas(one: WardPlan, plots: PlotFacts) -> Mahallas:
    """Four to seven neighbourhoods; a plot belongs to the one whose middle is nearest."""
    chance = Chance("mahallas", one.frame.number)
    count = int(chance.whole("count", 1, 4, 7)[0])
    order = np.argsort(chance.unit("names", len(names.PLACES)))[:count]
    sides = chance.whole("sides", count, 0, 9)
    chosen = [_sided(names.PLACES[int(place)], int(side)) for place, side in zip(order, sides, strict=True)]
    if not len(plots.middle):
        return Mahallas(chosen, np.zeros(0, dtype=np.int64))
    seeds = plots.middle[(chance.unit("seeds", count) * len(plots.middle)).astype(int)]
    away = np.stack([np.linalg.norm(plots.middle - seed, axis=1) for seed in seeds])
    return Mahallas(chosen, away.argmin(axis=0))


def _sided(place: Pair, side: int) -> Pair:
    if side >= len(names.SIDES):
        return place
    return f"{names.SIDES[side][0]} {place[0]}", f"{names.SIDES[side][1]} {place[1]}"


def road_names(one: WardPlan) -> list[Pair]:
    """One name a road: shared by both wards on a road between them, otherwise the ward's own."""
    chance = Chance("roads", one.frame.number)
    n = len(one.roads.hierarchy)
    order = np.argsort(chance.unit("order", len(names.ROAD_NAMES)))
    suffix = {SECONDARY: ("রোড", "Road"), LANE: ("লেন", "Lane"), MAIN: ("সড়ক", "Road")}
    found = [_side_road(side) for side in one.frame.sides]
    seen: dict[int, int] = {}
    for road in range(4, n):
        kind = int(one.roads.hierarchy[road])
        turn = seen.get(kind, 0)
        seen[kind] = turn + 1
        base = names.ROAD_NAMES[int(order[turn % len(order)])]
        found.append(_numbered(base, suffix[kind], turn // len(order)))
    return found


def _numbered(base: Pair, suffix: Pair, turn: int) -> Pair:
    if not turn:
        return f"{base[0]} {suffix[0]}", f"{base[1]} {suffix[1]}"
    ordinal = _ORDINALS[turn] if turn < len(_ORDINALS) else f"{turn} নং "
    return f"{base[0]} {ordinal}{suffix[0]}", f"{base[1]} {suffix[1]} {turn}"


def _side_road(side: str) -> Pair:
    if side in names.SIDE_ROADS:
        return names.SIDE_ROADS[side]
    base = names.CROSS_ROADS[int(side.rsplit("-", 1)[1]) % len(names.CROSS_ROADS)]
    return f"{base[0]} রোড", f"{base[1]} Road"


def lines_of(roads: Roads) -> list[list[Floats]]:
    """The centre lines of each road, metres."""
    found: list[list[Floats]] = [[] for _ in roads.hierarchy]
    for line, road in zip(roads.lines, roads.road_of_line, strict=True):
        found[int(road)].append(line)
    return found
