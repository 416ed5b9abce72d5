"""A layer as a file that other programs open: GeoPackage, GeoJSON, Shapefile (zipped) and CSV.

Shapes are in degrees (EPSG:4326). A spreadsheet gets the point of each feature as two columns. GDAL writes
the first three, so a city's buildings are seconds and never a text built in memory here.
"""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy
import pyogrio
import shapely

from layers.spec import Attribute, Geometry, Kind, Layer

FORMATS: dict[str, tuple[str, str]] = {
    "gpkg": (".gpkg", "application/geopackage+sqlite3"),
    "geojson": (".geojson", "application/geo+json"),
    "shp": (".zip", "application/zip"),
    "csv": (".csv", "text/csv; charset=utf-8"),
}
_DRIVERS = {"gpkg": "GPKG", "geojson": "GeoJSON", "shp": "ESRI Shapefile"}
_SHAPES = {Geometry.POLYGON: "MultiPolygon", Geometry.LINE: "MultiLineString", Geometry.POINT: "Point"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
Rows = Iterable[tuple[Any, ...]]


def write_file(layer: Layer, columns: Sequence[Attribute], rows: Rows, kind: str, folder: Path) -> tuple[Path, int]:
    """Writes (id, WKB, values…) rows in a folder; returns the file and the number of features."""
    if kind == "csv":
        return _table(layer, columns, rows, folder)
    kept = list(rows)
    target = folder / f"{layer.name}{'.shp' if kind == 'shp' else FORMATS[kind][0]}"
    shapes = _alike(numpy.array([bytes(row[1]) for row in kept], dtype=object), layer.geometry)
    data = [numpy.array([row[0] for row in kept], dtype="int64")]
    data += [_column(each, [row[place] for row in kept]) for place, each in enumerate(columns, start=2)]
    pyogrio.raw.write(
        target,
        shapes,
        data,
        ["id", *(each.name for each in columns)],
        field_mask=[None, *(_missing([row[place] for row in kept]) for place in range(2, 2 + len(columns)))],
        geometry_type=_SHAPES[layer.geometry],
        crs="EPSG:4326",
        driver=_DRIVERS[kind],
        layer=layer.name,
        encoding=None if kind == "gpkg" else "UTF-8",
        layer_options=_options(kind),
    )
    return (_packed(target) if kind == "shp" else target), len(kept)


def _options(kind: str) -> dict[str, str]:
    # The id is an ordinary column: as the feature's own id a GeoPackage would hide it.
    return {"gpkg": {"FID": "fid"}, "geojson": {"RFC7946": "YES"}}.get(kind, {})


def _alike(shapes: Any, geometry: Geometry) -> Any:
    """All shapes as the multi-part kind, which a Shapefile and QGIS expect to be one kind."""
    if geometry is Geometry.POINT:
        return shapes
    known = shapely.from_wkb(shapes)
    make = shapely.multipolygons if geometry is Geometry.POLYGON else shapely.multilinestrings
    parts = [make(shapely.get_parts(each)) for each in known]
    return shapely.to_wkb(numpy.array(parts, dtype=object))


def _missing(values: list[Any]) -> Any:
    return numpy.array([value is None for value in values], dtype=bool)


_BLANKS: dict[Kind, tuple[str, Any]] = {
    Kind.INTEGER: ("int32", 0),
    Kind.NUMBER: ("float64", 0.0),
    Kind.BOOLEAN: ("bool", False),
    Kind.DATE: ("datetime64[D]", date(1970, 1, 1)),
    Kind.TEXT: ("object", None),
}


def _column(attribute: Attribute, values: list[Any]) -> Any:
    kind, blank = _BLANKS[attribute.kind]
    return numpy.array([blank if value is None else value for value in values], dtype=kind)


def _packed(target: Path) -> Path:
    archive = target.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in sorted(target.parent.glob(f"{target.stem}.*")):
            if part != archive:
                packed.write(part, part.name)
    return archive


def _table(layer: Layer, columns: Sequence[Attribute], rows: Rows, folder: Path) -> tuple[Path, int]:
    target, count = folder / f"{layer.name}.csv", 0
    with target.open("w", encoding="utf-8-sig", newline="") as sheet:
        writer = csv.writer(sheet)
        writer.writerow(["id", *(each.name for each in columns), "longitude", "latitude"])
        for number, shape, *values in rows:
            point = shapely.point_on_surface(shapely.from_wkb(bytes(shape)))
            writer.writerow([number, *map(_cell, values), round(point.x, 7), round(point.y, 7)])
            count += 1
    return target, count


def _cell(value: Any) -> Any:
    # A text must not become a formula of the spreadsheet.
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
