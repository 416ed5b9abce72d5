"""Cuts blocks into plots in rows that face the roads, by what the block is used for."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from demo.chance import Chance, Floats, Ints
from demo.frame import WardFrame
from demo.streets import Blocks

HOMES, MARKET, CROWDED, POND, FIELD, PUBLIC, WORKS, YARD, TOWERS = range(9)
EMPTY = (POND, FIELD)
# Width and depth of a plot by kind of block, metres, in the middle of the city; the last ones are not cut.
_WIDTH = np.array([11.0, 5.0, 5.2, 1e6, 1e6, 60.0, 34.0, 20.0, 20.0])
_DEPTH = np.array([18.0, 13.0, 7.5, 1e6, 1e6, 1e6, 48.0, 24.0, 24.0])
_NARROWEST, _SMALLEST = 2.9, 19.0  # metres and m²; what is less stays open ground


class Plots(NamedTuple):
    """Plots in walking order: corners (n, 4, 2) in metres, first side on the road; road, block, kind of block."""

    corners: Floats
    road: Ints
    block: Ints
    kind: Ints

    def take(self, which: NDArray[np.bool_] | Ints) -> Plots:
        """The plots at some places, in their order."""
        return Plots(self.corners[which], self.road[which], self.block[which], self.kind[which])


def block_kinds(ward: WardFrame, blocks: Blocks) -> Ints:
    """What each block is used for: nearer the centre more trade and towers, farther out ponds and yards."""
    far = ward.remoteness
    works = 0.05 if np.min(ward.corners[:, 1]) < 1e-9 and ward.number < 12 else 0.008
    weights = (
        0.74 - 0.08 * far,
        0.03 * (1 - far),
        0.02,
        0.018 + 0.05 * far,
        0.02 + 0.05 * far,
        0.022,
        works,
        0.05 + 0.11 * far,
        0.055 * (1 - far) ** 2,
    )
    return Chance("kinds", ward.number).choice("kind", len(blocks.corners), weights)


def _mix(corners: Floats, x: Floats, y: Floats) -> Floats:
    """Points at (x, y) of the unit square stretched over each four-sided figure."""
    x, y = x[..., None], y[..., None]
    near = corners[:, 0] * (1 - x) + corners[:, 1] * x
    back = corners[:, 3] * (1 - x) + corners[:, 2] * x
    return np.asarray(near * (1 - y) + back * y)


def _lengthwise(blocks: Blocks) -> tuple[Floats, Ints, Floats, Floats]:
    """Blocks turned so that side 0 is the long one: corners, roads, mean length and mean depth."""
    length = np.linalg.norm(np.roll(blocks.corners, -1, axis=1) - blocks.corners, axis=2)
    a, b = (length[:, 0] + length[:, 2]) / 2, (length[:, 1] + length[:, 3]) / 2
    turn = b > a
    corners = np.where(turn[:, None, None], np.roll(blocks.corners, -1, axis=1), blocks.corners)
    roads = np.where(turn[:, None], np.roll(blocks.roads, -1, axis=1), blocks.roads)
    return corners, roads, np.maximum(a, b), np.minimum(a, b)


def _counted(counts: Ints) -> tuple[Ints, Ints]:
    """For each thing repeated `counts` times: which thing, and its place among its repeats."""
    which = np.repeat(np.arange(len(counts)), counts)
    return which, np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)


def cut_plots(ward: WardFrame, blocks: Blocks, kinds: Ints, plot_scale: float) -> Plots:
    """The plots of a ward. `plot_scale` stretches width and depth of ordinary plots (1 = middle of the city)."""
    chance = Chance("plots", ward.number)
    corners, roads, length, depth = _lengthwise(blocks)
    n = len(corners)
    stretch = np.where(np.isin(kinds, (HOMES, YARD, TOWERS)), plot_scale, min(plot_scale, 1.0))
    rows = np.maximum(1, np.round(depth / (_DEPTH[kinds] * np.minimum(stretch, 1.35)))).astype(np.int64)
    rows[np.isin(kinds, EMPTY)] = 0
    which, row = _counted(rows)
    share = (row + np.array([[0.0], [1.0]])) / rows[which]
    bend = chance.between("middle", n, -0.06, 0.06)[which]
    low, high = (np.where((edge > 0.01) & (edge < 0.99), edge + bend, edge) for edge in share)
    upper = (row >= rows[which] / 2) & (rows[which] > 1)
    zero, one = np.zeros(len(which)), np.ones(len(which))
    figure = corners[which]
    strip = np.stack([_mix(figure, x, y) for x, y in ((zero, low), (one, low), (one, high), (zero, high))], axis=1)
    strip = np.where(upper[:, None, None], np.roll(strip, -2, axis=1), strip)
    road = np.where(upper, roads[which, 2], roads[which, 0])
    width = _WIDTH[kinds[which]] * stretch[which] * chance.between("width", len(which), 0.85, 1.25)
    count = np.maximum(1, np.round(length[which] / width)).astype(np.int64)
    return _across(chance, strip, road, which, kinds[which], count)


def _across(chance: Chance, strip: Floats, road: Ints, block: Ints, kind: Ints, count: Ints) -> Plots:
    """Rows cut into `count` plots each, none of them quite as wide as the next."""
    which, place = _counted(count)
    edge = place + chance.between("cut", len(which), -0.16, 0.16)
    edge[place == 0] = 0
    left = edge / count[which]
    right = np.append(left[1:], 1.0)
    right[np.append(place[1:] == 0, True)] = 1.0
    zero, one = np.zeros(len(which)), np.ones(len(which))
    figure = strip[which]
    corners = np.stack(
        [_mix(figure, x, y) for x, y in ((left, zero), (right, zero), (right, one), (left, one))], axis=1
    )
    side = np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2)
    x, y = corners[..., 0], corners[..., 1]
    area = (x * np.roll(y, -1, axis=1) - np.roll(x, -1, axis=1) * y).sum(axis=1) / 2
    usable = (side.min(axis=1) > _NARROWEST) & (area > _SMALLEST)
    return Plots(corners, road[which], block[which], kind[which]).take(usable)
