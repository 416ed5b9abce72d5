"""Turns what was read into lines of PostgreSQL's COPY text format, in the reading process.

One line a row: file, number, raw JSON, geometry in storage SRID, geometry as it stands in the file, decision.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO, Any

import numpy
import pyproj
import shapely

COLUMNS = ("file_id", "number", "raw", "geom", "raw_geom", "decision")
STORAGE_SRID = 3857
# What a WKB that cannot even be parsed is kept under in the raw row.
BROKEN = "_broken_geometry"
# Web Mercator ends here; beyond it a latitude is a mistake.
_LATITUDE_END = 89.0
_NULL = "\\N"
_encode = json.JSONEncoder(ensure_ascii=False).encode


@dataclass
class Chunk:
    """Some rows: column name → values, and their geometry (an array of shapely geometries) or None."""

    columns: dict[str, list[Any]]
    geometry: Any
    broken: list[str | None] | None = None

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()))) if self.columns else len(self.geometry)


class Projector:
    """Brings geometries from the file's coordinate system to storage."""

    def __init__(self, crs: str | None) -> None:
        self.crs = pyproj.CRS.from_user_input(crs) if crs else None
        self.srid = self.crs.to_epsg(min_confidence=25) if self.crs else None
        self._transform = None
        if self.crs is not None and self.srid != STORAGE_SRID:
            self._transform = pyproj.Transformer.from_crs(self.crs, STORAGE_SRID, always_xy=True).transform

    def __call__(self, geometry: Any) -> tuple[Any, Any]:
        """Two arrays: in storage SRID, and as they stand for those that could not be brought there."""
        flat = shapely.force_2d(geometry)
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
        stored = shapely.set_srid(shapely.set_coordinates(flat, points), STORAGE_SRID)
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
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    return str(value)


def write(sink: IO[str], chunks: Iterable[Chunk], *, file_id: int, project: Projector) -> int:
    """Writes every row of the chunks; returns how many."""
    number = 0
    for chunk in chunks:
        if chunk.broken is not None:
            chunk.columns[BROKEN] = chunk.broken
        stored, stands = _wkb(chunk, project)
        lines = []
        for parts, here, there in zip(_members(chunk), stored, stands, strict=True):
            number += 1
            raw = ", ".join(filter(None, parts)).replace("\\", "\\\\")
            lines.append(f"{file_id}\t{number}\t{{{raw}}}\t{here or _NULL}\t{there or _NULL}\t\n")
        sink.write("".join(lines))
    return number


def _members(chunk: Chunk) -> Iterable[tuple[str, ...]]:
    """Each row's JSON members, "" for an empty cell."""
    if not chunk.columns:
        return [()] * len(chunk)
    return zip(*(_column(name, values) for name, values in chunk.columns.items()), strict=True)


def _column(name: str, values: list[Any]) -> list[str]:
    # Surveys repeat the same few words: each distinct text is encoded once. Numbers are their own JSON.
    known: dict[str, str] = {}
    head = f"{_encode(name)}: "
    members = []
    for value in values:
        if value is None:
            text = ""
        elif type(value) is str:
            text = known.get(value, "?")
            if text == "?":
                kept = value.replace("\x00", "")
                text = known[value] = head + _encode(kept) if kept else ""
        elif type(value) is int:
            text = f"{head}{value}"
        else:
            other = plain(value)
            text = "" if other is None else head + (repr(other) if type(other) is float else _encode(other))
        members.append(text)
    return members


def _wkb(chunk: Chunk, project: Projector) -> tuple[list[str | None], list[str | None]]:
    if chunk.geometry is None:
        nothing: list[str | None] = [None] * len(chunk)
        return nothing, nothing
    stored, stands = project(chunk.geometry)
    return (
        shapely.to_wkb(stored, hex=True, include_srid=True).tolist(),
        shapely.to_wkb(stands, hex=True).tolist(),
    )
