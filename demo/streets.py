"""Cuts a ward into blocks by roads: main roads round it, secondary roads, then lanes.

A block is a four-sided piece in (s, t); each cut joins two opposite sides, so pieces stay four-sided and the
whole ward is cut level by level in numpy. Side i runs from corner i to corner i + 1 and knows its road.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from demo.chance import Chance, Floats, Ints
from demo.frame import WardFrame, ground

MAIN, SECONDARY, LANE = 0, 1, 2
_HALF_WIDTH = np.array([9.0, 5.0, 2.1])
_BRANCHES = 3  # lanes under one name
_MOST_ROADS = 950  # a holding code has three figures for the road
_SPREAD = np.array([0.22, 0.3, 0.42])


class Blocks(NamedTuple):
    """Blocks in walking order: corners in metres (n, 4, 2) inside the roads, and the road of each side."""

    corners: Floats
    roads: Ints


class Roads(NamedTuple):
    """Roads of a ward: centre lines in metres and the road of each; class and full width (m) by road.

    The first four are the roads on the ward's sides; a lane has branches, so it may own several lines.
    """

    lines: list[Floats]
    road_of_line: Ints
    hierarchy: Ints
    width: Floats


class Grain(NamedTuple):
    """How finely a ward is cut, metres: between secondary roads, and a block's longer and shorter side.

    `slant` is how far a cut may lean, as a share of the side it starts from; `narrowness` scales the roads.
    """

    superblock: float
    block_long: float
    block_short: float
    slant: float
    narrowness: float = 1.0


class _Pieces:
    """Four-sided pieces under the knife."""

    def __init__(self, corners: Floats, roads: Ints, order: Floats, quarter: Ints) -> None:
        self.corners, self.roads, self.order, self.quarter = corners, roads, order, quarter

    def sides(self) -> tuple[Floats, Floats]:
        """Mean length of sides 0 and 2, and of sides 1 and 3, metres."""
        metres = ground(self.corners)
        length = np.linalg.norm(np.roll(metres, -1, axis=1) - metres, axis=2)
        return (length[:, 0] + length[:, 2]) / 2, (length[:, 1] + length[:, 3]) / 2

    def take(self, which: Floats | Ints) -> _Pieces:
        return _Pieces(self.corners[which], self.roads[which], self.order[which], self.quarter[which])

    def turned(self, which: Floats) -> _Pieces:
        """The same pieces, those of `which` turned so that side 1 becomes side 0."""
        corners = np.where(which[:, None, None], np.roll(self.corners, -1, axis=1), self.corners)
        roads = np.where(which[:, None], np.roll(self.roads, -1, axis=1), self.roads)
        return _Pieces(corners, roads, self.order, self.quarter)

    def joined(self, other: _Pieces) -> _Pieces:
        return _Pieces(
            np.concatenate([self.corners, other.corners]),
            np.concatenate([self.roads, other.roads]),
            np.concatenate([self.order, other.order]),
            np.concatenate([self.quarter, other.quarter]),
        )


def _cut(
    pieces: _Pieces, first_road: int, slant: float, chance: Chance, label: str, depth: int
) -> tuple[_Pieces, Floats]:
    """Each piece cut in two across sides 0 and 2; returns the halves and the ends of the cuts in (s, t)."""
    n = len(pieces.corners)
    at = chance.between(f"{label}/at", n, 0.40, 0.60)[:, None]
    lean = chance.between(f"{label}/lean", n, -slant, slant)[:, None]
    c = pieces.corners
    p = c[:, 0] + (c[:, 1] - c[:, 0]) * (at + lean / 2)
    q = c[:, 3] + (c[:, 2] - c[:, 3]) * (at - lean / 2)
    new = np.arange(first_road, first_road + n)
    e = pieces.roads
    one = _Pieces(
        np.stack([c[:, 0], p, q, c[:, 3]], 1),
        np.stack([e[:, 0], new, e[:, 2], e[:, 3]], 1),
        pieces.order,
        pieces.quarter,
    )
    other = _Pieces(
        np.stack([p, c[:, 1], c[:, 2], q], 1),
        np.stack([e[:, 0], e[:, 1], e[:, 2], new], 1),
        pieces.order + 0.5 ** (depth + 1),
        pieces.quarter,
    )
    return one.joined(other), np.stack([p, q], axis=1)


class _Survey:
    """One ward being cut: its pieces and the roads laid so far."""

    def __init__(self, ward: WardFrame) -> None:
        self.chance = Chance("streets", ward.number)
        c = ward.corners
        self.pieces = _Pieces(c[None], np.arange(4)[None], np.zeros(1), np.zeros(1, dtype=np.int64))
        self.ends = [np.stack([c, np.roll(c, -1, axis=0)], axis=1)]
        self.kinds = [np.where(ward.main_sides, MAIN, SECONDARY)]
        self.quarters = [np.zeros(4, dtype=np.int64)]
        self.count = 4
        self.depth = 0

    def lay(self, kind: int, long_limit: float, short_limit: float, slant: float) -> None:
        """Cuts until no piece is longer than `long_limit` one way and `short_limit` the other (metres)."""
        label = f"{kind}"
        for turn in range(40):
            a, b = self.pieces.sides()
            give = 1 + self.chance.between(f"{label}/{turn}/give", len(a), -_SPREAD[kind], _SPREAD[kind]) / 2
            longer = np.maximum(a, b) > long_limit * give
            shorter = ~longer & (np.minimum(a, b) > short_limit * give)
            cut = longer | shorter
            if not cut.any():
                return
            across = np.where(longer, b > a, b <= a)
            todo = self.pieces.take(np.flatnonzero(cut)).turned(across[cut])
            halves, ends = _cut(todo, self.count, slant, self.chance, f"{label}/{turn}", self.depth)
            self.depth += 1
            self.pieces = self.pieces.take(np.flatnonzero(~cut)).joined(halves)
            self.ends.append(ends)
            self.kinds.append(np.full(len(ends), kind))
            self.quarters.append(todo.quarter)
            self.count += len(ends)


def _inset(corners: Floats, margins: Floats) -> Floats:
    """Four-sided figures with each side moved inward by its margin; corners must run anticlockwise."""
    along = np.roll(corners, -1, axis=1) - corners
    along = along / np.linalg.norm(along, axis=2, keepdims=True)
    inward = np.stack([-along[..., 1], along[..., 0]], axis=-1)
    base = corners + inward * margins[..., None]
    before_base, before_along = np.roll(base, 1, axis=1), np.roll(along, 1, axis=1)
    cross = before_along[..., 0] * along[..., 1] - before_along[..., 1] * along[..., 0]
    gap = base - before_base
    reach = (gap[..., 0] * along[..., 1] - gap[..., 1] * along[..., 0]) / cross
    return np.asarray(before_base + before_along * reach[..., None])


def inset(corners: Floats, margins: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Figures moved in by their margins (metres), and which of them are still true four-sided figures."""
    ring = _inset(corners, margins)
    old, new = np.roll(corners, -1, axis=1) - corners, np.roll(ring, -1, axis=1) - ring
    same_way = (old * new).sum(axis=2) > 0.04 * (old * old).sum(axis=2)
    return ring, same_way.all(axis=1) & np.isfinite(ring).all(axis=(1, 2))


def _polylines(ends: Floats) -> list[Floats]:
    """Centre lines of the cuts, bent as the ground is, a vertex every 40 m or so."""
    straight = ground(ends)
    length = np.linalg.norm(straight[:, 1] - straight[:, 0], axis=1)
    vertices = np.maximum(2, (length / 40).astype(int) + 2)
    lines = []
    for (start, end), n in zip(ends, vertices, strict=True):
        lines.append(ground(start + (end - start) * np.linspace(0, 1, n)[:, None]))
    return lines


def _grouped(survey: _Survey) -> Ints:
    """The road of each cut: main and secondary cuts are roads of their own, lanes of a quarter join in bunches."""
    kinds, quarters = np.concatenate(survey.kinds), np.concatenate(survey.quarters)
    road = np.arange(len(kinds))
    lanes = np.flatnonzero(kinds == LANE)
    big = len(kinds) - len(lanes)
    bunch = max(_BRANCHES, -(-len(lanes) // max(1, _MOST_ROADS - big - len(np.unique(quarters)))))
    ordered = lanes[np.lexsort((lanes, quarters[lanes]))]
    quarter = quarters[ordered]
    starts = np.flatnonzero(np.append(True, quarter[1:] != quarter[:-1]))
    place = np.arange(len(ordered)) - np.repeat(starts, np.diff(np.append(starts, len(ordered))))
    fresh = place % bunch == 0
    road[ordered] = big + np.cumsum(fresh) - 1
    return road


def lay_out(ward: WardFrame, grain: Grain, *, lanes: bool = True) -> tuple[Blocks, Roads]:
    """The roads of a ward and, when `lanes` are wanted, the blocks between them."""
    survey = _Survey(ward)
    survey.lay(SECONDARY, grain.superblock, grain.superblock, grain.slant * 0.6)
    survey.pieces.quarter = np.arange(len(survey.pieces.order))
    if lanes:
        survey.lay(LANE, grain.block_long, grain.block_short, grain.slant)
    road = _grouped(survey)
    kinds = np.concatenate(survey.kinds)[np.unique(road, return_index=True)[1]]
    half = _HALF_WIDTH[kinds] * np.where(kinds == MAIN, 1.0, grain.narrowness)
    half = half * survey.chance.between("width", len(kinds), 0.8, 1.25)
    roads = Roads(_polylines(np.concatenate(survey.ends)), road, kinds, np.round(2 * half, 1))
    pieces = survey.pieces.take(np.argsort(survey.pieces.order, kind="stable"))
    sides = road[pieces.roads]
    metres = _anticlockwise(ground(pieces.corners))
    corners, whole = inset(metres, half[sides] + _bulge(pieces.corners, metres))
    return Blocks(corners[whole], sides[whole]), roads


def _bulge(corners: Floats, metres: Floats) -> Floats:
    """How far the bent road on each side reaches into the straight-sided block, metres."""
    along = np.roll(metres, -1, axis=1) - metres
    length = np.linalg.norm(along, axis=2, keepdims=True)
    inward = np.stack([-along[..., 1], along[..., 0]], axis=-1) / length
    most = np.zeros(metres.shape[:2])
    for part in (0.25, 0.5, 0.75):
        road = ground(corners + (np.roll(corners, -1, axis=1) - corners) * part)
        most = np.maximum(most, ((road - metres - along * part) * inward).sum(axis=2))
    return most


def _anticlockwise(corners: Floats) -> Floats:
    """The corners unchanged; the frame runs anticlockwise by construction, and a fold would be a mistake."""
    x, y = corners[..., 0], corners[..., 1]
    area = (x * np.roll(y, -1, axis=1) - np.roll(x, -1, axis=1) * y).sum(axis=1)
    if not (area > 0).all():
        raise ValueError(f"{int((area <= 0).sum())} blocks are folded or run clockwise")
    return corners
