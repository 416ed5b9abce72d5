"""Vector tiles straight from PostGIS: one lean statement a tile, planned once a connection.

The tile's envelope is computed in the storage SRID; no geometry column is ever transformed. Small shapes are
moved into the tile by an affine map and snapped to its grid; stored rings run clockwise, so after the flip of
the y axis exterior rings are right for the MVT specification without ST_AsMVTGeom (performance.md).

Planning takes as long as drawing a tile of zoom 18, so `draw` prepares each statement once on each connection
(layers.plans). The envelopes are parameters of type geometry: computed in SQL they would be computed for every row
of a plan that does not know them.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import InterfaceError, OperationalError, connection

from layers.plans import Plan, Row, plan, row
from layers.spec import HIGHEST_ZOOM, Band, Cut, Layer

HALF_WORLD = 20_037_508.342789244
EXTENT = 4096
BUFFER = 64
_POLYGON = struct.Struct("<BIIII10d")
# A parallel plan costs more than a whole tile, and a tile must never hold up the database.
_LOCAL = "SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL statement_timeout = 10000; "


class NoSuchTile(ValueError):
    """The address lies outside the tile pyramid."""


@dataclass(frozen=True)
class Box:
    """A tile's square in EPSG:3857."""

    west: float
    south: float
    east: float
    north: float

    @property
    def size(self) -> float:
        """Length of a side."""
        return self.east - self.west

    def grown(self, by: float) -> str:
        """The square grown by some units on every side, as PostGIS reads it: EWKB in hexadecimal digits."""
        west, south, east, north = self.west - by, self.south - by, self.east + by, self.north + by
        ring = west, south, west, north, east, north, east, south, west, south
        return _POLYGON.pack(1, 0x20000003, 3857, 1, 5, *ring).hex()


@dataclass(frozen=True)
class Tile:
    """An encoded tile and the version of the data it was drawn from."""

    content: bytes
    version: str


def box_of(z: int, x: int, y: int) -> Box:
    """The square of a tile. Raises NoSuchTile outside the pyramid or beyond HIGHEST_ZOOM."""
    if not 0 <= z <= HIGHEST_ZOOM or not (0 <= x < 2**z and 0 <= y < 2**z):
        raise NoSuchTile(f"{z}/{x}/{y}")
    size = 2 * HALF_WORLD / 2**z
    return Box(-HALF_WORLD + x * size, HALF_WORLD - (y + 1) * size, -HALF_WORLD + (x + 1) * size, HALF_WORLD - y * size)


def draw(layer: Layer, z: int, x: int, y: int, *, wards: tuple[int, ...] | None, fiscal_year: int) -> Tile:
    """The tile of a layer as MVT bytes; empty outside the layer's zooms.

    `wards` limits it to some wards (None: all). `fiscal_year` is the first calendar year of the current one.
    """
    box = box_of(z, x, y)
    band = layer.band_at(z)
    if band is None:
        return Tile(b"", "")
    content, version = _answer(_plan(layer, band, wards is not None), parameters(box, wards, fiscal_year))
    return Tile(bytes(content), version)


def _answer(drawing: Plan, values: dict[str, Any]) -> Row:
    """The one row of a tile statement.

    A tile only reads, so instead of testing the connection before each one (a round trip, a tenth of a tile's time)
    it is asked once more on a new connection when the old one turns out to be dead.
    """
    connection.health_check_done = True  # type: ignore[attr-defined]  # missing in the stubs
    try:
        return row(drawing, values, first=_LOCAL)
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block or connection.is_usable():
            raise
        connection.close()
        return row(drawing, values, first=_LOCAL)


@cache
def _plan(layer: Layer, band: Band, scoped: bool) -> Plan:
    """The statement of a band as it is prepared."""
    name = f"tile_{layer.name}_{band.name}{'_of_wards' if scoped else ''}"
    return plan(name, statement(layer, band, scoped), TYPES)


# The types of the values of `parameters`.
TYPES = {
    "fiscal_year": "integer",
    "wards": "integer[]",
    "scale": "float8",
    "shift_x": "float8",
    "shift_y": "float8",
    "unit": "float8",
    "tile": "geometry",
    "drawn": "geometry",
    "near": "geometry",
}


def parameters(box: Box, wards: tuple[int, ...] | None, fiscal_year: int) -> dict[str, Any]:
    """The values of a tile statement: beside the scope, the map into the tile's grid and three squares around it."""
    scale = EXTENT / box.size
    return {
        "fiscal_year": fiscal_year,
        "wards": list(wards or ()),
        "scale": scale,
        "shift_x": -box.west * scale,
        "shift_y": box.north * scale,
        "unit": 1 / scale,
        "tile": box.grown(0),
        "drawn": box.grown(BUFFER / scale),
        "near": box.grown(box.size),
    }


@cache
def statement(layer: Layer, band: Band, scoped: bool) -> str:
    """The SQL of a band's tile: (tile bytes, data version), with the values of `parameters`."""
    columns = ", ".join(attribute.name for attribute in band.tile_attributes)
    where = "geom && %(drawn)s::geometry"
    if scoped:
        where += " AND ward = ANY(%(wards)s)"
    return (  # names come from the catalogue
        f"SELECT ST_AsMVT(t, '{band.name}', {EXTENT}, 'geom', 'id'), {version_sql(layer)} FROM ("  # noqa: S608
        f"SELECT id, {columns}, {_SHAPES[band.cut](band)} AS geom FROM (\n{band.sql}\n) f WHERE {where}) t"
    )


def version_sql(layer: Layer) -> str:
    """An SQL text expression that differs between any two committed states of the layer's sources."""
    if not layer.sources:
        return "''"
    names = ", ".join(f"'{name}'" for name in layer.sources)
    return f"(SELECT coalesce(sum(n), 0)::text FROM layers_change WHERE source IN ({names}))"  # noqa: S608 - names from the catalogue


def _small(band: Band) -> str:
    """Moved and snapped; a shape that reaches beyond the neighbouring tiles is clipped after all."""
    return (
        "CASE WHEN geom @ %(near)s::geometry "
        "THEN ST_SnapToGrid(ST_Affine(geom, %(scale)s, 0, 0, -%(scale)s, %(shift_x)s, %(shift_y)s), 1) "
        f"ELSE {_clipped('geom')} END"
    )


def _large(band: Band) -> str:
    if not band.simplify:
        return _clipped("geom")
    return _clipped(f"ST_SimplifyPreserveTopology(geom, {band.simplify} * %(unit)s)")


def _clipped(geometry: str) -> str:
    return f"ST_AsMVTGeom({geometry}, %(tile)s::geometry, {EXTENT}, {BUFFER})"


_SHAPES = {Cut.SMALL: _small, Cut.LARGE: _large}
