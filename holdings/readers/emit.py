"""Turns what was read into lines of PostgreSQL's COPY text format, in the reading process.

One line a row: file, number, raw JSON, geometry in storage SRID, geometry as it stands in the file, decision.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO, Any

import numpy
import pyproj
import shapely

from holdings.readers.errors import Unreadable

COLUMNS = ("file_id", "number", "raw", "geom", "raw_geom", "decision")
STORAGE_SRID = 3857
# What a WKB that cannot even be parsed is kept under in the raw row.
BROKEN = "_broken_geometry"
# Cells of a table to the right of all headings: too many for the row, or only without a heading.
SURPLUS = "_surplus_cells"
UNNAMED = "_unnamed_cells"
# What makes WKB of two dimensions EWKB: the flag in the last byte of its type, and the SRID after it.
_WITH_SRID = "20" + STORAGE_SRID.to_bytes(4, "little").hex()
# Web Mercator ends here; beyond it a latitude is a mistake.
_LATITUDE_END = 89.0
_NULL = "\\N"
_encode = json.JSONEncoder(ensure_ascii=False).encode
_encode_text = json.encoder.encode_basestring  # what the encoder above does to a text, without its detours
# Whole numbers below this are exact as floats, and written as whole numbers.
_EXACT = 1e15


@dataclass
class Chunk:
    """Some rows: column name → values, and their geometry (an array of shapely geometries) or None.

    `numbers` are those of its rows where the file leaves some out.
    """

    columns: dict[str, list[Any]]
    geometry: Any
    broken: list[str | None] | None = None
    numbers: list[int] | None = None

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()))) if self.columns else len(self.geometry)


def horizontal(crs: pyproj.CRS) -> bool:
    """True for a system of two numbers that say where a place lies: degrees, or metres of a projection."""
    return len(crs.axis_info) == 2 and (crs.is_geographic or crs.is_projected)


class Projector:
    """Brings geometries from the file's coordinate system to storage; raises Unreadable for a system that is none.

    A file may name a system with heights, which are left out; one that a person has `stated` may not.
    """

    def __init__(self, crs: str | None, *, stated: bool = False) -> None:
        try:
            self.crs = pyproj.CRS.from_user_input(crs) if crs else None
        except pyproj.exceptions.CRSError as error:
            raise Unreadable("no_such_system", system=str(crs)[:80]) from error
        if stated and self.crs is not None and not horizontal(self.crs):
            raise Unreadable("no_such_system", system=str(crs)[:80])
        self.srid = self.crs.to_epsg(min_confidence=25) if self.crs else None
        self._transform = None
        if self.crs is not None and self.srid != STORAGE_SRID:
            self._transform = pyproj.Transformer.from_crs(self.crs, STORAGE_SRID, always_xy=True).transform

    def __call__(self, geometry: Any) -> tuple[Any, Any]:
        """Two arrays: in storage SRID, and as they stand for those that could not be brought there."""
        flat = shapely.force_2d(geometry) if (shapely.get_coordinate_dimension(geometry) > 2).any() else geometry
        stands: Any = numpy.full(len(flat), None, dtype=object)
        if self.crs is None:
            return stands, flat
        points, owners = shapely.get_coordinates(flat, return_index=True)
        good = numpy.isfinite(points).all(axis=1)
        if self.crs.is_geographic:
            good &= (numpy.abs(points[:, 0]) <= 180.0) & (numpy.abs(points[:, 1]) <= _LATITUDE_END)
        if self._transform is not None:
            x, y = self._transform(points[:, 0], points[:, 1])
            points = numpy.column_stack([x, y])
            good &= numpy.isfinite(points).all(axis=1)
        outside = numpy.zeros(len(flat), dtype=bool)
        outside[owners[~good]] = True
        stands[outside] = flat[outside]
        points[~good] = 0.0
        stored = shapely.set_coordinates(flat, points)
        stored[outside] = None
        return stored, stands


def plain(value: Any) -> Any:
    """A value as JSON can hold it, None for what is empty."""
    if isinstance(value, str):
        return value.replace("\x00", "") or None
    if value is None or value != value:
        return None
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        if abs(value) == float("inf"):
            return str(value)
        return int(value) if value.is_integer() and abs(value) < _EXACT else value
    return str(value)


def write(sink: IO[str], chunks: Iterable[Chunk], *, file_id: int, project: Projector) -> int:
    """Writes every row of the chunks; returns how many."""
    number = 0
    for chunk in chunks:
        sink.write(text(chunk, after=number, file_id=file_id, project=project))
        number += len(chunk)
        gc.collect()  # the reading process collects nothing by itself, and a workbook's reader leaves cycles
    return number


def text(chunk: Chunk, *, after: int, file_id: int, project: Projector) -> str:
    """The lines of one chunk, its rows numbered from after + 1 unless it numbers them."""
    if chunk.broken is not None:
        chunk.columns[BROKEN] = chunk.broken
    stored, stands = _wkb(chunk, project)
    lines = []
    numbers = chunk.numbers or range(after + 1, after + 1 + len(chunk))
    for number, parts, here, there in zip(numbers, _members(chunk), stored, stands, strict=True):
        raw = ", ".join(filter(None, parts)).replace("\\", "\\\\")
        lines.append(f"{file_id}\t{number}\t{{{raw}}}\t{here or _NULL}\t{there or _NULL}\t\n")
    return "".join(lines)


def _members(chunk: Chunk) -> Iterable[tuple[str, ...]]:
    """Each row's JSON members, "" for an empty cell."""
    if not chunk.columns:
        return [()] * len(chunk)
    return zip(*(_column(name, values) for name, values in chunk.columns.items()), strict=True)


def _column(name: str, values: list[Any]) -> list[str]:
    head = f"{_encode(name)}: "
    kinds = set(map(type, values)) - {type(None)}
    if not kinds:
        return [""] * len(values)
    if kinds == {str}:
        # Surveys repeat the same few words: each distinct one is encoded once.
        known: dict[Any, str] = {
            value: head + _encode_text(value) if value and "\x00" not in value else _member(head, value)
            for value in set(values)
        }
        return list(map(known.__getitem__, values))
    if kinds == {float}:
        plainly = (value is not None and -_EXACT < value < _EXACT and value % 1.0 for value in values)
        return [f"{head}{v!r}" if fraction else _member(head, v) for v, fraction in zip(values, plainly, strict=True)]
    return [_member(head, value) for value in values]


def _member(head: str, value: Any) -> str:
    kept = plain(value)
    if kept is None:
        return ""
    return head + (repr(kept) if type(kept) in (int, float) else _encode(kept))


def _wkb(chunk: Chunk, project: Projector) -> tuple[list[str | None], list[str | None]]:
    if chunk.geometry is None:
        nothing: list[str | None] = [None] * len(chunk)
        return nothing, nothing
    stored, stands = project(chunk.geometry)
    marked = [None if wkb is None else f"{wkb[:8]}{_WITH_SRID}{wkb[10:]}" for wkb in _hex(stored)]
    return marked, _hex(stands)


def _hex(shapes: Any) -> list[str | None]:
    # bytes.hex() takes a tenth of the time of shapely's own hex.
    return [None if wkb is None else wkb.hex() for wkb in shapely.to_wkb(shapes, byte_order=1)]
