"""Draws the buildings on plots: set back from the lane, out of line by a little, in the shapes people build."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.chance import Chance, Floats, Ints
from demo.frame import storage
from demo.plots import CROWDED, HOMES, MARKET, PUBLIC, TOWERS, WORKS, YARD, Plots

BOX, STEP, ELL, YOU, PORCH, COURT = range(6)
# How often each shape is built, by kind of block.
_SHAPES = {
    HOMES: (0.38, 0.27, 0.16, 0.07, 0.11, 0.01),
    MARKET: (0.8, 0.2, 0, 0, 0, 0),
    CROWDED: (0.85, 0.15, 0, 0, 0, 0),
    PUBLIC: (0.15, 0, 0.3, 0.35, 0, 0.2),
    WORKS: (0.75, 0.1, 0.15, 0, 0, 0),
    YARD: (0.7, 0.2, 0.1, 0, 0, 0),
    TOWERS: (0.3, 0.25, 0.1, 0.2, 0.1, 0.05),
}
# The farthest a building reaches along the road and back from it, metres.
_REACH = {
    HOMES: (15.0, 15.5),
    MARKET: (7.0, 14.0),
    CROWDED: (7.0, 8.0),
    PUBLIC: (48.0, 30.0),
    WORKS: (40.0, 60.0),
    YARD: (30.0, 30.0),
    TOWERS: (24.0, 26.0),
}
_SMALLEST, _SMALLEST_HOUSE = 6.0, 4.0  # m²: a shed or a house smaller than this is not surveyed
# Where buildings of a plot stand in its buildable part: (from x, to x, from y, to y).
_YARD_PARTS = np.array(
    [
        [0.0, 1.0, 0.70, 1.0],
        [0.0, 0.34, 0.0, 0.62],
        [0.66, 1.0, 0.06, 0.6],
        [0.40, 0.6, 0.0, 0.22],
    ]
)
_HOUSE_AND_SHED = np.array([[0.0, 1.0, 0.0, 0.62], [0.08, 0.55, 0.75, 1.0]])


class Footprints(NamedTuple):
    """Buildings in walking order: polygons (EPSG:3857), plot, place on the plot (0 = main), area in m²."""

    shapes: NDArray[np.object_]
    plot: Ints
    place: Ints
    area: Floats


def built(chance: Chance, plots: Plots, share_built: float) -> NDArray[np.bool_]:
    """Which plots carry buildings; kinds that are always full stay so."""
    share = np.where(np.isin(plots.kind, (HOMES, YARD)), share_built, np.maximum(share_built, 0.93))
    return chance.happens("built", len(plots.kind), share)


def _sizes(plots: Plots) -> tuple[Floats, Floats]:
    side = np.linalg.norm(np.roll(plots.corners, -1, axis=1) - plots.corners, axis=2)
    return (side[:, 0] + side[:, 2]) / 2, (side[:, 1] + side[:, 3]) / 2


def _buildable(chance: Chance, plots: Plots) -> Floats:
    """The part of each plot that is built on, as (from x, to x, from y, to y) of the plot."""
    n = len(plots.kind)
    width, depth = _sizes(plots)
    reach = np.array([_REACH.get(k, (1.0, 1.0)) for k in range(9)])[plots.kind]
    close = np.isin(plots.kind, (MARKET, CROWDED))
    tight = np.where(close | (width < 7), 0.22, 0.55)
    left = tight * chance.between("left", n, 0.7, 2.2)
    right = tight * chance.between("right", n, 0.7, 2.2)
    spare = np.maximum(0, width - left - right - reach[:, 0] * chance.between("reach", n, 0.75, 1.15))
    lean = chance.unit("lean", n)
    front = np.where(close, chance.between("front", n, 0.15, 0.6), chance.between("front", n, 0.4, 2.8))
    rear = np.where(close, 0.3, chance.between("rear", n, 0.7, 2.6))
    rear = np.maximum(rear, depth - front - reach[:, 1] * chance.between("deep", n, 0.7, 1.1))
    cap = 0.36
    return np.stack(
        [
            np.minimum((left + spare * lean) / width, cap),
            1 - np.minimum((right + spare * (1 - lean)) / width, cap),
            np.minimum(front / depth, cap),
            1 - np.minimum(rear / depth, 0.7),
        ],
        axis=1,
    )


def _parts(chance: Chance, plots: Plots) -> tuple[Ints, Ints, Floats]:
    """Which plot each building stands on, its place there, and its part of the buildable space."""
    n = len(plots.kind)
    width, depth = _sizes(plots)
    yard = plots.kind == YARD
    shed = np.isin(plots.kind, (HOMES,)) & (depth > 12.5) & chance.happens("shed", n, 0.54)
    count = np.ones(n, dtype=np.int64)
    count[yard] = 2 + chance.choice("yard", n, (0.28, 0.44, 0.28))[yard]
    count[shed] = 2
    many = np.isin(plots.kind, (PUBLIC, WORKS)) & chance.happens("many", n, 0.5)
    count[many] = 2
    which = np.repeat(np.arange(n), count)
    place = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    part = np.tile(np.array([0.0, 1.0, 0.0, 1.0]), (len(which), 1))
    part[yard[which]] = _YARD_PARTS[place[yard[which]]]
    two = (shed | many)[which]
    part[two] = _HOUSE_AND_SHED[place[two]]
    wobble = np.stack([chance.between(f"wobble{k}", len(which), 0, 0.06) for k in range(4)], axis=1)
    inner = np.where(count[which][:, None] > 1, wobble * np.array([1, -1, 1, -1]), 0)
    return which, place, part + inner


def _outline(shape: int, p: Floats, q: Floats) -> Floats:
    """A shape's corners in the unit square, anticlockwise; `p` and `q` say how deep its notches are."""
    o, i = np.zeros_like(p), np.ones_like(p)
    points: dict[int, list[tuple[Floats, Floats]]] = {
        BOX: [(o, o), (i, o), (i, i), (o, i)],
        STEP: [(o, o), (i, o), (i, i - q / 2), (i - p / 2, i - q / 2), (i - p / 2, i), (o, i)],
        ELL: [(o, o), (i, o), (i, i - q), (i - p, i - q), (i - p, i), (o, i)],
        YOU: [(o, o), (i, o), (i, i), (i - p * 0.7, i), (i - p * 0.7, q), (p * 0.7, q), (p * 0.7, i), (o, i)],
        PORCH: [(p / 2, o), (i - p / 2, o), (i - p / 2, q / 2), (i, q / 2), (i, i), (o, i), (o, q / 2), (p / 2, q / 2)],
        COURT: [(o, o), (i, o), (i, i), (o, i)],
    }
    return np.stack([np.stack(point, axis=-1) for point in points[shape]], axis=1)


def _placed(points: Floats, part: Floats, corners: Floats) -> Floats:
    """Points of the unit square put into `part` of each plot, metres."""
    x = part[:, None, 0] + points[..., 0] * (part[:, None, 1] - part[:, None, 0])
    y = part[:, None, 2] + points[..., 1] * (part[:, None, 3] - part[:, None, 2])
    x, y = x[..., None], y[..., None]
    near = corners[:, None, 0] * (1 - x) + corners[:, None, 1] * x
    back = corners[:, None, 3] * (1 - x) + corners[:, None, 2] * x
    return np.asarray(near * (1 - y) + back * y)


def draw(chance: Chance, plots: Plots) -> Footprints:
    """The buildings on these plots (all of them built on)."""
    which, place, part = _parts(chance, plots)
    field = _buildable(chance, plots)[which]
    wide, deep = field[:, 1] - field[:, 0], field[:, 3] - field[:, 2]
    spot = np.stack(
        [
            field[:, 0] + part[:, 0] * wide,
            field[:, 0] + part[:, 1] * wide,
            field[:, 2] + part[:, 2] * deep,
            field[:, 2] + part[:, 3] * deep,
        ],
        axis=1,
    )
    width, depth = _sizes(plots)
    room = (wide * deep * (part[:, 1] - part[:, 0]) * (part[:, 3] - part[:, 2])) * (width * depth)[which]
    kind = np.where(room < 60, BOX, _chosen_shapes(chance, plots.kind[which], place))
    n = len(which)
    p, q = chance.between("p", n, 0.3, 0.56), chance.between("q", n, 0.3, 0.56)
    mirrored = chance.happens("mirror", n, 0.5)
    shapes = np.empty(n, dtype=object)
    area = np.zeros(n)
    for shape in range(6):
        here = np.flatnonzero(kind == shape)
        if not len(here):
            continue
        rings = [_outline(shape, p[here], q[here])]
        if shape == COURT:
            rings.append(0.36 + 0.28 * rings[0])
        for ring in rings:
            ring[..., 0] = np.where(mirrored[here][:, None], 1 - ring[..., 0], ring[..., 0])
        metres = [_placed(ring, spot[here], plots.corners[which[here]]) for ring in rings]
        shapes[here] = _polygons([storage(ring) for ring in metres])
        area[here] = shapely.area(_polygons(metres))
    keep = area >= np.where(place == 0, _SMALLEST_HOUSE, _SMALLEST)
    shapes = shapely.orient_polygons(shapes[keep], exterior_cw=True)
    return Footprints(shapes, which[keep], place[keep], area[keep])


def _polygons(rings: list[Floats]) -> NDArray[np.object_]:
    shells = shapely.linearrings(rings[0])
    holes = shapely.linearrings(rings[1])[:, None] if len(rings) > 1 else None
    return np.asarray(shapely.polygons(shells, holes=holes))


def _chosen_shapes(chance: Chance, kind: Ints, place: Ints) -> Ints:
    chosen = np.zeros(len(kind), dtype=np.int64)
    for block_kind, weights in _SHAPES.items():
        here = kind == block_kind
        chosen[here] = chance.choice("shape", len(kind), weights)[here]
    chosen[place > 0] = BOX
    return chosen
