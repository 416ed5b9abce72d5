"""What stands on each plot and who uses it: the facts a survey and an assessor would bring."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.chance import Chance, Floats, Ints
from demo.footprints import Footprints, draw
from demo.plan import WardPlan
from demo.plots import CROWDED, HOMES, MARKET, PUBLIC, TOWERS, WORKS
from demo.streets import MAIN, SECONDARY

USES = (
    "residential",
    "commercial",
    "industrial",
    "mixed",
    "religious",
    "institutional",
    "vacant_land",
    "under_construction",
)
RESIDENTIAL, COMMERCIAL, INDUSTRIAL, MIXED, RELIGIOUS, INSTITUTIONAL, VACANT_LAND, UNDER_CONSTRUCTION = range(8)
STRUCTURES = ("pucca", "semi_pucca", "tin_shed", "katcha")
FRONTAGES = ("main_road", "lane", "beyond")
NEAR_MAIN_M = 91.44  # 300 ft
SQFT = 10.7639104


class PlotFacts(NamedTuple):
    """One row a plot: place in `USES`, `STRUCTURES`, `FRONTAGES`; storeys, holdings; where it stands (m)."""

    use: Ints
    structure: Ints
    frontage: Ints
    storeys: Ints
    homes: Ints
    middle: Floats


class BuildingFacts(NamedTuple):
    """One row a building; `prints.plot` counts in all plots of the ward."""

    prints: Footprints
    storeys: Ints
    use: Ints
    structure: Ints
    built_year: Ints


def ward_facts(one: WardPlan) -> tuple[PlotFacts, BuildingFacts]:
    """Everything about a ward's plots and buildings, in walking order."""
    chance = Chance("facts", one.frame.number)
    standing = np.flatnonzero(~one.bare)
    prints = draw(chance, one.plots.take(standing))
    prints = prints._replace(plot=standing[prints.plot])
    has_building = np.zeros(len(one.bare), dtype=bool)
    has_building[prints.plot] = True
    use = np.where(has_building, _uses(chance, one), VACANT_LAND)
    structure = _structures(chance, one)
    storeys = np.where(has_building, one.storeys, 0)
    plots = PlotFacts(use, structure, _frontages(one), storeys, one.homes, one.plots.corners.mean(axis=1))
    return plots, _buildings(chance, prints, plots)


def _uses(chance: Chance, one: WardPlan) -> Ints:
    n, kind = len(one.bare), one.plots.kind
    road = one.roads.hierarchy[one.plots.road]
    trade = np.where(road == MAIN, 0.55, np.where(road == SECONDARY, 0.22, 0.05)) * (1 - 0.5 * one.frame.remoteness)
    shops = chance.happens("trade", n, trade)
    whole = (one.storeys == 1) | chance.happens("whole", n, 0.2)
    use = np.where(shops, np.where(whole, COMMERCIAL, MIXED), RESIDENTIAL)
    use = np.where(kind == CROWDED, RESIDENTIAL, use)
    use = np.where(kind == MARKET, COMMERCIAL, use)
    use = np.where(kind == WORKS, INDUSTRIAL, use)
    use = np.where(kind == PUBLIC, np.where(chance.happens("faith", n, 0.45), RELIGIOUS, INSTITUTIONAL), use)
    rising = chance.happens("rising", n, 0.008) & np.isin(kind, (HOMES, TOWERS)) & (one.homes == 1)
    return np.where(rising, UNDER_CONSTRUCTION, use)


def _structures(chance: Chance, one: WardPlan) -> Ints:
    n, kind = len(one.bare), one.plots.kind
    far = one.frame.remoteness
    low = chance.choice("low", n, (0.50 - 0.2 * far, 0.30, 0.17 + 0.15 * far, 0.03 + 0.05 * far))
    structure = np.where(one.storeys >= 3, 0, np.where(one.storeys == 2, np.minimum(low, 1), low))
    structure = np.where(kind == CROWDED, chance.choice("crowded", n, (0, 0.2, 0.65, 0.15)), structure)
    works = chance.choice("works", n, (0.4, 0.5, 0.1))
    return np.where(np.isin(kind, (WORKS, MARKET)), np.where(one.storeys > 1, 0, works), structure)


def _frontages(one: WardPlan) -> Ints:
    if not len(one.bare):
        return np.zeros(0, dtype=np.int64)
    hierarchy = one.roads.hierarchy
    main = [line for line, road in zip(one.roads.lines, one.roads.road_of_line, strict=True) if hierarchy[road] == MAIN]
    lines = shapely.multilinestrings([shapely.linestrings(line) for line in main])
    shapely.prepare(lines)
    near: NDArray[np.bool_] = shapely.dwithin(shapely.points(one.plots.corners.mean(axis=1)), lines, NEAR_MAIN_M)
    return np.where(hierarchy[one.plots.road] == MAIN, 0, np.where(near, 1, 2))


def _buildings(chance: Chance, prints: Footprints, plots: PlotFacts) -> BuildingFacts:
    n = len(prints.plot)
    annex = prints.place > 0
    storeys = np.where(annex, 1 + chance.happens("annex", n, 0.12), plots.storeys[prints.plot])
    structure = plots.structure[prints.plot]
    shed = np.maximum(structure, chance.choice("shed", n, (0.1, 0.45, 0.45)))
    structure = np.where(annex & (storeys == 1), shed, np.where(annex, 0, structure))
    age = (chance.unit("age", n) ** 1.6 * 62).astype(np.int64)
    return BuildingFacts(prints, storeys, plots.use[prints.plot], structure, 2022 - age)
