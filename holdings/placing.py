"""Explains why rows stand far from the city: another coordinate system, or longitude and latitude swapped."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy
import pyproj
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from holdings.models import SurveyFile
from holdings.rules.survey import LIKELY_SRIDS
from imis.errors import BadInput


@dataclass(frozen=True)
class Place:
    """One coordinate of a row, in storage SRID, or (`unplaced`) as it stands in the file."""

    row: int
    x: float
    y: float
    unplaced: bool


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


def replace_rows(file: SurveyFile, srid: int) -> None:
    """Places the rows of a file anew as if its coordinates were in `srid`; raises BadInput for an impossible one.

    Rows that were placed are brought back to the coordinates of the file first.
    """
    try:
        there = pyproj.CRS.from_epsg(srid)
    except pyproj.exceptions.CRSError:
        raise BadInput(_("EPSG:%(srid)s is not a coordinate system.") % {"srid": srid}, field="srid") from None
    most_x, most_y = (180, 89) if there.is_geographic else (1e8, 1e8)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE holdings_surveyrow r SET geom = CASE
                WHEN greatest(abs(ST_XMin(n.g)), abs(ST_XMax(n.g))) <= %(most_x)s
                    AND greatest(abs(ST_YMin(n.g)), abs(ST_YMax(n.g))) <= %(most_y)s
                THEN ST_Transform(ST_SetSRID(n.g, %(srid)s), %(storage)s) END
            FROM (
                SELECT id, coalesce(raw_geom, ST_Transform(geom, coalesce(%(declared)s, %(storage)s))) AS g
                FROM holdings_surveyrow WHERE file_id = %(file)s
            ) n
            WHERE n.id = r.id AND NOT EXISTS (SELECT FROM holdings_surveyending e WHERE e.row_id = r.id)
            """,
            {
                "srid": srid,
                "storage": settings.STORAGE_SRID,
                "declared": file.srid,
                "file": file.pk,
                "most_x": most_x,
                "most_y": most_y,
            },
        )
