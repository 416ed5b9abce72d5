"""Reads GeoPackage, Shapefile, GeoJSON and KML through GDAL, with every other driver taken out first."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import pyogrio
import shapely

from holdings.readers.emit import Chunk
from holdings.readers.errors import Unreadable
from imis.gislibs import gdal_library_path

# These drivers find row n without reading the rows before it, so a large file is read in pieces.
_RANDOM_ACCESS = {"GPKG", "ESRI Shapefile"}
_PIECE = 25_000
# Of these the number of rows is known beforehand, and row n is at place n: two processes may take turns.
_COUNTED = {"GPKG"}
_SHARED = 10_000
_INTEGERS = {"OFTInteger", "OFTInteger64"}


def keep_drivers(names: tuple[str, ...]) -> None:
    """Takes every GDAL driver out of this process except `names`: what is not there cannot be tricked."""
    gdal = ctypes.CDLL(gdal_library_path())
    gdal.GDALGetDriver.restype = ctypes.c_void_p
    gdal.GDALGetDriverShortName.restype = ctypes.c_char_p
    gdal.GDALGetDriverShortName.argtypes = [ctypes.c_void_p]
    gdal.GDALDeregisterDriver.argtypes = [ctypes.c_void_p]
    for place in reversed(range(gdal.GDALGetDriverCount())):
        driver = gdal.GDALGetDriver(place)
        if gdal.GDALGetDriverShortName(driver).decode() not in names:
            gdal.GDALDeregisterDriver(driver)


class VectorFile:
    """One layer of a vector file: its columns, coordinate system and rows."""

    def __init__(self, path: Path, drivers: tuple[str, ...], layer: str | None) -> None:
        keep_drivers(drivers)
        self._path = str(path)
        self.layer = _layer(self._path, layer)
        try:
            info = pyogrio.read_info(self._path, layer=self.layer, force_feature_count=True)
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
            raise Unreadable("not_this_format") from error
        self.driver = str(info["driver"])
        self.crs: str | None = info["crs"]
        self.fields = [str(name) for name in info["fields"]]
        self.count = int(info["features"])
        self.spatial = info["geometry_type"] is not None
        self._integer = [kind in _INTEGERS for kind in info["ogr_types"]]

    def chunks(self) -> Iterator[Chunk]:
        """The rows, some tens of thousands at a time where the format allows it."""
        piece = _PIECE if self.driver in _RANDOM_ACCESS else max(self.count, 1)
        for start in range(0, self.count, piece):
            yield self._read(start, piece)

    def starts(self) -> range:
        """Where the pieces begin that two processes may share; empty for a format that counts rows only in passing."""
        return range(0, self.count, _SHARED) if self.driver in _COUNTED else range(0)

    def piece(self, start: int) -> Chunk:
        """The rows of the piece that begins at `start`; raises Unreadable when there are fewer than counted."""
        chunk = self._read(start, _SHARED)
        if len(chunk) != min(_SHARED, self.count - start):
            raise Unreadable("not_this_format")
        return chunk

    def _read(self, start: int, most: int) -> Chunk:
        _, _, geometry, columns = pyogrio.raw.read(
            self._path,
            layer=self.layer,
            skip_features=start,
            max_features=most,
            read_geometry=self.spatial,
            datetime_as_string=True,
        )
        shapes, broken = (None, None) if geometry is None else _shapes(geometry)
        cells = zip(self.fields, columns, self._integer, strict=True)
        return Chunk({name: _values(column, whole) for name, column, whole in cells}, shapes, broken)


def _layer(path: str, wanted: str | None) -> str:
    try:
        layers = {str(name): kind for name, kind in pyogrio.list_layers(path)}
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise Unreadable("not_this_format") from error
    if wanted:
        if wanted not in layers:
            raise Unreadable("no_such_layer", layers=sorted(layers))
        return wanted
    spatial = [name for name, kind in layers.items() if kind] or list(layers)
    if not spatial:
        raise Unreadable("no_layer")
    if len(spatial) > 1:
        raise Unreadable("several_layers", layers=sorted(spatial))
    return spatial[0]


def _shapes(wkb: Any) -> tuple[Any, list[str | None] | None]:
    shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    lost = [raw.hex() if raw and shape is None else None for raw, shape in zip(wkb, shapes, strict=True)]
    return shapes, lost if any(lost) else None


def _values(column: Any, integer: bool) -> list[Any]:
    if column.dtype.kind == "f":
        # A whole-number column with gaps arrives as floats.
        return [None if v != v else int(v) if integer else v for v in column.tolist()]
    if numpy.issubdtype(column.dtype, numpy.datetime64):
        return [None if v is None else str(v) for v in column.tolist()]
    return list(column.tolist())
