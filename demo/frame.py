"""The lie of the land: a river, a city of 45.65 km² along its west bank, and 31 wards that fill it.

Points are made in (s, t): s metres down the river, t from 0 at the bank to 1 at the western edge. `ground`
bends them into metres east and north of the city's middle; `storage` places those on the map (EPSG:3857).
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from shapely import MultiPolygon, Polygon

from demo.chance import Chance, Floats

LENGTH = 14_600.0
CITY_KM2 = 45.65
MIDDLE_LON, MIDDLE_LAT = 89.5430, 22.8330
EARTH = 6_378_137.0
_STEP = 20.0
# Wards in each stretch of the river, north to south; inside a stretch the first one is on the bank.
_STRETCHES = (2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 2)
_SHARES = (1.75, 1.5, 1.35, 1.25, 1.12, 1.0, 0.86, 0.74, 0.84, 1.2, 1.6)
_CENTRE_S = 0.63 * LENGTH


class WardFrame(NamedTuple):
    """A ward: corners in (s, t), outline in metres, and how far it is from the centre (0..1).

    `sides` names the roads on its four sides (upriver, inland, downriver, riverward), the same on both sides
    of a road, and `main_sides` says which of them are main roads.
    """

    number: int
    corners: Floats
    sides: tuple[str, str, str, str]
    main_sides: tuple[bool, bool, bool, bool]
    outline: Floats
    remoteness: float


@lru_cache(maxsize=1)
def _bank() -> tuple[Floats, Floats, Floats]:
    """The bank every 20 m beyond both ends: s, points, and the direction inland (south-west)."""
    s = np.arange(-800.0, LENGTH + 801.0, _STEP)
    bend = np.sin(2 * np.pi * s / 6_900 + 0.7)
    heading = np.radians(-57.0) + 0.30 * bend + 0.15 * np.sin(2 * np.pi * s / 3_100 + 2.0)
    points = np.cumsum(np.stack([np.cos(heading), np.sin(heading)], axis=1) * _STEP, axis=0)
    # Inland lines turn less than the river does; perpendicular ones would cross in its inner bends.
    calm = np.radians(-57.0) + 0.14 * bend
    inland = np.stack([np.sin(calm), -np.cos(calm)], axis=1)
    middle = points.mean(axis=0) + inland.mean(axis=0) * 1_500
    return s, points - middle, inland


def _width(s: Floats) -> Floats:
    """From bank to western edge, metres, before the city is scaled to its area."""
    x = s / LENGTH
    broad = 2_500 + 1_250 * np.exp(-(((x - 0.66) / 0.22) ** 2)) + 250 * np.sin(2 * np.pi * x * 2.3 + 1.0)
    return np.asarray(broad + 100 * np.sin(s / 330.0) + 36 * np.sin(s / 171.0 + 1.3))


def _ground(st: Floats, scale: float) -> Floats:
    knots, points, inland = _bank()
    s, t = st[..., 0], st[..., 1]
    base = np.stack([np.interp(s, knots, points[:, k]) for k in (0, 1)], axis=-1)
    normal = np.stack([np.interp(s, knots, inland[:, k]) for k in (0, 1)], axis=-1)
    shore = 28 * np.sin(s / 173.0) + 7 * np.sin(s / 83.0 + 0.5)
    reach = shore + t * (_width(s) * scale - shore)
    flat = base + normal * reach[..., None]
    u, v = flat[..., 0], flat[..., 1]
    drift_u = 34 * np.sin(v / 310 + u / 720) + 12 * np.sin(v / 118 + 1.1)
    drift_v = 34 * np.sin(u / 290 - v / 830 + 0.4) + 12 * np.sin(u / 126)
    return flat + np.stack([drift_u, drift_v], axis=-1)


def ground(st: Floats) -> Floats:
    """Metres east and north of the city's middle for points in (s, t)."""
    return _ground(st, _scale())


@lru_cache(maxsize=1)
def _scale() -> float:
    """How much to widen the city so that it covers CITY_KM2."""
    low, high = 0.5, 2.0
    edge = np.linspace(0, 1, 400)
    ring = np.concatenate(
        [
            np.stack([edge * LENGTH, 0 * edge], 1),
            np.stack([0 * edge + LENGTH, edge], 1),
            np.stack([(1 - edge) * LENGTH, 0 * edge + 1], 1),
            np.stack([0 * edge, 1 - edge], 1),
        ]
    )
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if Polygon(_ground(ring, middle)).area < CITY_KM2 * 1e6 else (low, middle)
    return low


def storage(metres: Floats) -> Floats:
    """EPSG:3857 coordinates, to the centimetre, of points in metres about the city's middle."""
    stretch = 1.0 / np.cos(np.radians(MIDDLE_LAT))
    x0 = EARTH * np.radians(MIDDLE_LON)
    y0 = EARTH * np.log(np.tan(np.pi / 4 + np.radians(MIDDLE_LAT) / 2))
    return np.round(np.asarray(metres) * stretch + np.array([x0, y0]), 2)


def _stretch_edges() -> tuple[Floats, Floats]:
    """Where each line between two stretches meets the bank and the western edge (s)."""
    shares = np.array(_SHARES)
    at = np.concatenate([[0.0], np.cumsum(shares) / shares.sum()]) * LENGTH
    lean = Chance("stretches").between("lean", len(at), -150, 150)
    lean[[0, -1]] = 0
    return at + lean, at - lean


def _divisions(stretch: int, wards: int) -> tuple[Floats, Floats]:
    """The t of the lines between the wards of a stretch, at its upper and its lower end."""
    chance = Chance("divisions", stretch)
    even = np.linspace(0, 1, wards + 1)
    upper = even + chance.between("upper", wards + 1, -0.055, 0.055)
    lower = even + chance.between("lower", wards + 1, -0.055, 0.055)
    for line in (upper, lower):
        line[0], line[-1] = 0, 1
    return upper, lower


def _between(values: Floats, low: float, high: float) -> Floats:
    inner = values[(values > low + 1e-9) & (values < high - 1e-9)]
    return np.concatenate([[low], inner, [high]])


@lru_cache(maxsize=1)
def wards() -> tuple[WardFrame, ...]:
    """The 31 wards, in order of number; neighbours share each vertex of their common line."""
    bank_s, edge_s = _stretch_edges()
    divisions = [_divisions(i, n) for i, n in enumerate(_STRETCHES)]
    fine = np.linspace(0, 1, 81)
    knots = [
        np.unique(
            np.concatenate(
                [fine] + ([divisions[i - 1][1]] if i else []) + ([divisions[i][0]] if i < len(divisions) else [])
            )
        )
        for i in range(len(_STRETCHES) + 1)
    ]
    found: list[WardFrame] = []
    for i, (upper, lower) in enumerate(divisions):
        for k in range(len(upper) - 1):
            inland = "edge" if k == len(upper) - 2 else f"along-{k + 1}"
            outline, corners = _outline(
                upper[k : k + 2], lower[k : k + 2], (knots[i], knots[i + 1], bank_s[i : i + 2], edge_s[i : i + 2])
            )
            found.append(
                WardFrame(
                    len(found) + 1,
                    corners,
                    (f"across-{i}", inland, f"across-{i + 1}", f"along-{k}" if k else "bank"),
                    (i % 2 == 1, inland != "edge", i % 2 == 0 and i < len(divisions) - 1, k > 0),
                    outline,
                    _remoteness(corners),
                )
            )
    return tuple(found)


def _outline(upper: Floats, lower: Floats, frame: tuple[Floats, ...]) -> tuple[Floats, Floats]:
    """A ward's outline in metres and its corners in (s, t), anticlockwise from the upriver end of the bank side."""
    knots_up, knots_down, bank_s, edge_s = frame

    def on_line(t: Floats, j: int) -> Floats:
        return np.stack([bank_s[j] + (edge_s[j] - bank_s[j]) * t, t], axis=-1)

    top = on_line(_between(knots_up, upper[0], upper[1]), 0)
    bottom = on_line(_between(knots_down, lower[0], lower[1]), 1)
    part = np.linspace(0, 1, 60)[1:-1, None]
    near = top[0] + (bottom[0] - top[0]) * part
    far = top[-1] + (bottom[-1] - top[-1]) * part
    ring = np.concatenate([top[::-1], near, bottom, far[::-1]])
    return ground(ring), np.stack([top[0], top[-1], bottom[-1], bottom[0]])


def _remoteness(corners: Floats) -> float:
    middle = corners.mean(axis=0)
    away = np.hypot((middle[0] - _CENTRE_S) / (0.62 * LENGTH), (middle[1] - 0.42) * 0.55)
    return float(min(away, 1.0))


def ward_shape(ward: WardFrame) -> MultiPolygon:
    """The ward's outline in EPSG:3857, exterior ring clockwise."""
    shape = Polygon(storage(ward.outline))
    return MultiPolygon([Polygon(list(shape.exterior.coords)[:: -1 if shape.exterior.is_ccw else 1])])
