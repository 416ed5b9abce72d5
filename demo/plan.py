"""From a size to a city: which wards are built up, how finely they are cut, and how many holdings each holds.

Up to a whole city (77,000 holdings) wards are filled from ward 22 outward at the city's own density; beyond
it plots shrink, the outskirts fill up and more houses become flats, until the count is met exactly.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from demo.chance import Chance, Floats, Ints
from demo.footprints import built
from demo.frame import WardFrame, wards
from demo.plots import CROWDED, HOMES, MARKET, PUBLIC, TOWERS, WORKS, Plots, block_kinds, cut_plots
from demo.streets import Grain, Roads, lay_out

SIZES = {"ward": 3_000, "city": 77_000}
LARGEST = 1_000_000
# The pilot wards first, then their neighbours, then the rest of the city.
_ORDER = (
    22,
    23,
    21,
    25,
    24,
    20,
    19,
    26,
    18,
    27,
    28,
    16,
    17,
    15,
    29,
    13,
    12,
    14,
    30,
    31,
    10,
    11,
    9,
    7,
    8,
    6,
    4,
    5,
    3,
    2,
    1,
)
_BARE_SHARE = 0.05
_NEARLY_ALL = 0.95


class WardPlan(NamedTuple):
    """A ward ready to be drawn. Plots are those with a holding; `bare` ones carry no building.

    `homes` is the number of holdings on each plot (more than one: flats), `storeys` the height of its house.
    """

    frame: WardFrame
    roads: Roads
    plots: Plots
    bare: NDArray[np.bool_]
    storeys: Ints
    homes: Ints


def plan(holdings: int) -> list[WardPlan]:
    """The 31 wards with `holdings` holdings in all; wards that are not built up have only their larger roads."""
    if not 1 <= holdings <= LARGEST:
        raise ValueError(f"a city has from 1 to {LARGEST} holdings, not {holdings}")
    chosen = _up_to_a_city(holdings) if holdings <= SIZES["city"] else _beyond_a_city(holdings)
    return [chosen.get(frame.number) or _outline_only(frame) for frame in wards()]


def _up_to_a_city(holdings: int) -> dict[int, WardPlan]:
    chosen: dict[int, WardPlan] = {}
    missing = holdings
    for number in _ORDER:
        chosen[number] = _ward_plan(wards()[number - 1], 1.0)
        missing -= int(chosen[number].homes.sum())
        if missing <= 0:
            break
    return _exactly(chosen, holdings)


def _beyond_a_city(holdings: int) -> dict[int, WardPlan]:
    """Shrinks plots step by step until enough holdings fit, then leaves the excess out."""
    crowding = (holdings / SIZES["city"]) ** 0.92
    while True:
        chosen = {frame.number: _ward_plan(frame, crowding) for frame in wards()}
        found = sum(int(one.homes.sum()) for one in chosen.values())
        if found >= holdings:
            return _evenly(chosen, found, holdings)
        crowding *= max(1.02, holdings / found)


def _outline_only(frame: WardFrame) -> WardPlan:
    _, roads = lay_out(frame, _grain(frame, 1.0), lanes=False)
    none = np.zeros(0, dtype=np.int64)
    return WardPlan(frame, roads, Plots(np.zeros((0, 4, 2)), none, none, none), none.astype(bool), none, none)


def _grain(frame: WardFrame, crowding: float) -> Grain:
    far, fine = frame.remoteness, crowding**-0.22
    return Grain(250 + 150 * far, (118 + 70 * far) * fine, (48 + 12 * far) * fine, 0.10, max(0.55, crowding**-0.2))


def _ward_plan(frame: WardFrame, crowding: float) -> WardPlan:
    blocks, roads = lay_out(frame, _grain(frame, crowding))
    kinds = block_kinds(frame, blocks)
    sparse = frame.remoteness * crowding**-0.6
    plots = cut_plots(frame, blocks, kinds, max(0.44, (1 + 1.2 * sparse) * crowding**-0.3))
    chance = Chance("plan", frame.number)
    on = built(chance, plots, 0.90 - 0.62 * sparse)
    kept = on | (chance.happens("bare", len(on), _BARE_SHARE) & (plots.kind == HOMES))
    plots, bare = plots.take(kept), ~on[kept]
    storeys = _storeys(chance, plots, sparse, crowding)
    return WardPlan(
        frame, roads, plots, bare, np.where(bare, 0, storeys), _homes(chance, plots, storeys, bare, crowding)
    )


def _storeys(chance: Chance, plots: Plots, sparse: float, crowding: float) -> Ints:
    n = len(plots.kind)
    tall = min(1.0, 0.55 * (1 - sparse) + 0.14 * np.log(crowding))
    low = chance.choice("low", n, (0.52, 0.27, 0.12, 0.06, 0.03)) + 1
    high = chance.choice("high", n, (0.10, 0.24, 0.24, 0.20, 0.15, 0.07)) + 1
    homes = np.where(chance.happens("tall", n, tall), high, low)
    by_kind = {
        MARKET: chance.whole("market", n, 1, 3),
        CROWDED: np.ones(n, dtype=np.int64),
        PUBLIC: chance.whole("public", n, 1, 5),
        WORKS: chance.whole("works", n, 1, 2),
        TOWERS: chance.whole("towers", n, 5, 11),
    }
    storeys = homes
    for kind, height in by_kind.items():
        storeys = np.where(plots.kind == kind, height, storeys)
    return np.asarray(storeys)


def _homes(chance: Chance, plots: Plots, storeys: Ints, bare: NDArray[np.bool_], crowding: float) -> Ints:
    """Holdings on each plot: a tall house may be divided into flats, each a holding of its own."""
    n = len(storeys)
    ease = min(1.0, 0.5 * np.log(crowding))
    share = np.where(plots.kind == TOWERS, 0.4 + 0.55 * ease, np.where(plots.kind == HOMES, 0.03 + 0.8 * ease, 0))
    flats = (storeys >= (5 if crowding < 1.5 else 3)) & chance.happens("flats", n, share) & ~bare
    each = chance.whole("each", n, 1, 2) + (plots.kind == TOWERS) * (crowding > 1.5)
    return np.where(flats, np.maximum(2, (storeys - 1) * each), 1)


def _exactly(chosen: dict[int, WardPlan], holdings: int) -> dict[int, WardPlan]:
    """The same wards with `holdings` holdings: a few are left out everywhere, or many in the last ward alone."""
    found = sum(int(one.homes.sum()) for one in chosen.values())
    if holdings >= _NEARLY_ALL * found:
        return _evenly(chosen, found, holdings)
    last = list(chosen)[-1]
    return {**chosen, last: _part_of(chosen[last], holdings - found + int(chosen[last].homes.sum()))}


def _evenly(chosen: dict[int, WardPlan], found: int, holdings: int) -> dict[int, WardPlan]:
    """Each ward with its share of `holdings`, by largest remainder."""
    count = {number: int(one.homes.sum()) for number, one in chosen.items()}
    quotas = {number: holdings * homes // found for number, homes in count.items()}
    for number in sorted(count, key=lambda k: -(holdings * count[k] % found))[: holdings - sum(quotas.values())]:
        quotas[number] += 1
    return {number: _thinned(one, quotas[number]) for number, one in chosen.items()}


def _thinned(one: WardPlan, quota: int) -> WardPlan:
    """A ward with `quota` holdings, the others left out here and there."""
    return _kept(one, quota, Chance("thin", one.frame.number).unit("order", len(one.homes)))


def _part_of(one: WardPlan, quota: int) -> WardPlan:
    """A ward with the `quota` holdings that lie nearest to the pilot ward's middle."""
    centre = wards()[_ORDER[0] - 1].outline.mean(axis=0)
    return _kept(one, quota, np.linalg.norm(one.plots.corners.mean(axis=1) - centre, axis=1))


def _kept(one: WardPlan, quota: int, rank: Floats) -> WardPlan:
    order = np.argsort(rank, kind="stable")
    total = np.cumsum(one.homes[order])
    last = int(np.searchsorted(total, quota))
    homes = one.homes.copy()
    homes[order[last + 1 :]] = 0
    if last < len(order):
        homes[order[last]] -= int(total[last]) - quota
    keep = np.flatnonzero(homes > 0)
    return WardPlan(one.frame, one.roads, one.plots.take(keep), one.bare[keep], one.storeys[keep], homes[keep])
