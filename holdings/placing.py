"""Explains why rows stand far from the city, and places them anew when their true coordinate system is stated."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy
import pyproj
import shapely
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from holdings.copying import copy_in
from holdings.readers.emit import Projector, horizontal
from holdings.rules.survey import LIKELY_SRIDS
from imis.errors import BadInput

_PIECE = 20_000


@dataclass(frozen=True)
class Place:
    """One coordinate of a row, in storage SRID, or (`unplaced`) as it stands in the file."""

    row: int
    x: float
    y: float
    unplaced: bool


@dataclass(frozen=True)
class RowTables:
    """Where the rows of a kind of file are kept, and what became of them."""

    rows: str
    endings: str


@dataclass(frozen=True)
class _Piece:
    """Some rows, column by column; `kept` says that the file's own coordinates are at hand."""

    ids: Sequence[int]
    numbers: Sequence[int]
    left_out: Sequence[bool]
    kept: Sequence[bool]
    shapes: Sequence[memoryview]


def explain(
    places: Sequence[Place], *, declared: int | None, city: Sequence[float], margin: float
) -> Iterator[tuple[int, str, str, str]]:
    """(row, problem code, value, details as JSON) for each place that some reading brings into the city.

    `city` is the extent of the wards in storage SRID, `margin` in metres. A row that no reading brings there is
    named `wrong_crs` when it could not be placed at all, else left to the ward check.
    """
    xs, ys = _as_in_file(places, declared)
    box = (city[0] - margin, city[1] - margin, city[2] + margin, city[3] + margin)
    swapped = _inside(ys, xs, declared, box) if declared else numpy.zeros(len(xs), dtype=bool)
    likely = numpy.zeros(len(xs), dtype=int)
    likely_swapped = numpy.zeros(len(xs), dtype=bool)
    for srid in LIKELY_SRIDS:
        for flip in (False, True):
            here = _inside(*((ys, xs) if flip else (xs, ys)), srid, box) & (likely == 0)
            likely[here] = srid
            likely_swapped |= here & flip
    for place, x, y, axes, srid, flipped in zip(places, xs, ys, swapped, likely, likely_swapped, strict=True):
        value = f"{x:.6g}, {y:.6g}"
        if axes:
            yield place.row, "swapped_axes", value, json.dumps({"srid": declared})
        elif srid and flipped:
            yield place.row, "swapped_axes", value, json.dumps({"srid": int(srid)})
        elif srid or place.unplaced:
            yield place.row, "wrong_crs", value, json.dumps({"declared": declared, "likely": int(srid) or None})


def _as_in_file(places: Sequence[Place], declared: int | None) -> tuple[numpy.ndarray, numpy.ndarray]:
    xs = numpy.array([place.x for place in places])
    ys = numpy.array([place.y for place in places])
    placed = numpy.array([not place.unplaced for place in places])
    if declared and placed.any():
        back = pyproj.Transformer.from_crs(settings.STORAGE_SRID, declared, always_xy=True)
        xs[placed], ys[placed] = back.transform(xs[placed], ys[placed])
    return xs, ys


def _inside(xs: numpy.ndarray, ys: numpy.ndarray, srid: int, box: Sequence[float]) -> numpy.ndarray:
    try:
        there = pyproj.Transformer.from_crs(srid, settings.STORAGE_SRID, always_xy=True)
    except pyproj.exceptions.CRSError:
        return numpy.zeros(len(xs), dtype=bool)
    x, y = there.transform(xs, ys)
    with numpy.errstate(invalid="ignore"):
        return (x >= box[0]) & (x <= box[2]) & (y >= box[1]) & (y <= box[3])


def place_again(tables: RowTables, *, file: int, declared: int | None, srid: int) -> None:
    """Places the waiting rows of a file anew as if its coordinates were in `srid`, by the reader's own projection.

    A row that was placed gets its own coordinates back first, and keeps them in raw_geom from then on: however often a
    system is stated, nothing drifts and nothing is lost. Raises BadInput (the caller's transaction then writes nothing)
    for a system that is none, and when a row that is not left out cannot lie in it.
    """
    project = Projector(f"EPSG:{_on_the_map(srid)}")
    after, more = 0, True
    with connection.cursor() as cursor:
        while more:
            cursor.execute(
                f"SELECT r.id, r.number, r.decision = 'reject', r.raw_geom IS NOT NULL,"  # noqa: S608 (our own tables)
                f" ST_AsBinary(coalesce(r.raw_geom, r.geom)) FROM {tables.rows} r"
                f" WHERE r.file_id = %s AND r.number > %s AND coalesce(r.raw_geom, r.geom) IS NOT NULL"
                f" AND NOT EXISTS (SELECT FROM {tables.endings} e WHERE e.row_id = r.id) ORDER BY r.number LIMIT %s",
                [file, after, _PIECE],
            )
            rows = cursor.fetchall()
            if rows:
                after = rows[-1][1]
                _place_piece(cursor, tables, _Piece(*zip(*rows, strict=True)), project, declared)
            more = len(rows) == _PIECE


def _place_piece(cursor: Any, tables: RowTables, piece: _Piece, project: Projector, declared: int | None) -> None:
    own = shapely.from_wkb(numpy.array([bytes(wkb) for wkb in piece.shapes], dtype=object))
    placed = ~numpy.array(piece.kept)
    if placed.any():
        own[placed] = _of_the_file(own[placed], declared)
    stored, stands = project(own.copy())  # it writes what it stores into the array it is given
    outside = [n for n, out, shape in zip(piece.numbers, piece.left_out, stands, strict=True) if shape and not out]
    if outside:
        raise BadInput(
            _("Row %(row)s cannot lie in EPSG:%(srid)s.") % {"row": outside[0], "srid": project.srid},
            field="srid",
            remedy=_("State the system its coordinates are in; a row that is wrong in any system is left out first."),
        )
    copy_in(
        cursor,
        "CREATE TEMP TABLE placed_again (row_id bigint, geom geometry, raw_geom geometry) ON COMMIT DROP",
        zip(piece.ids, _hex(stored, settings.STORAGE_SRID), _hex(own, 0), strict=True),
    )
    cursor.execute(
        f"UPDATE {tables.rows} r SET geom = n.geom, raw_geom = coalesce(r.raw_geom, n.raw_geom)"  # noqa: S608 (our own tables)
        " FROM placed_again n WHERE n.row_id = r.id"
    )
    cursor.execute("DROP TABLE placed_again")


def _on_the_map(srid: int) -> int:
    """`srid` if it says where a place lies on a map; heights and systems around the Earth's centre do not."""
    try:
        system = pyproj.CRS.from_epsg(srid)
    except pyproj.exceptions.CRSError:
        raise BadInput(_("EPSG:%(srid)s is not a coordinate system.") % {"srid": srid}, field="srid") from None
    if not horizontal(system):
        raise BadInput(
            _("EPSG:%(srid)s does not say where a place lies on the map.") % {"srid": srid},
            field="srid",
            remedy=_("State a system of two numbers, such as 4326 for longitude and latitude or 32645 for UTM 45N."),
        )
    return srid


def _of_the_file(shapes: Any, declared: int | None) -> Any:
    """Stored geometries in the coordinates of their file, such that placing them again gives what is stored."""
    if declared is None:
        raise BadInput(
            _("The file names a coordinate system that has no EPSG number, so it cannot be stated anew."),
            field="srid",
            remedy=_("Export it again in the system it truly is in, and bring that file."),
        )
    if declared == settings.STORAGE_SRID:
        return shapes
    back = pyproj.Transformer.from_crs(settings.STORAGE_SRID, declared, always_xy=True).transform
    there = pyproj.Transformer.from_crs(declared, settings.STORAGE_SRID, always_xy=True).transform

    def exactly(points: numpy.ndarray) -> numpy.ndarray:
        # Between two ellipsoids the way back misses by millimetres, because heights are dropped: it is taken off.
        first = numpy.column_stack(back(*points.T))
        again = numpy.column_stack(back(*there(*first.T)))
        return 2 * first - again

    return shapely.transform(shapes, exactly)


def _hex(shapes: Any, srid: int) -> list[str | None]:
    return list(shapely.to_wkb(shapely.set_srid(shapes, srid), hex=True, include_srid=True))
