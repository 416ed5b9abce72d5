"""Reads CSV and XLSX: tables whose place is in a WKT column, in longitude and latitude, or nowhere."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy
import shapely

from holdings.readers.archive import BadArchive, check_members
from holdings.readers.emit import Chunk
from holdings.readers.errors import Unreadable
from holdings.rules.survey import LAT_HEADINGS, LON_HEADINGS, WKT_HEADINGS, find_column
from imis.bangla import latin

MOST_COLUMNS = 400
_PIECE = 20_000
_EWKT = re.compile(r"^\s*SRID\s*=\s*(\d+)\s*;\s*", re.IGNORECASE)


class TableFile:
    """A table with one header row. Longitude and latitude are taken as EPSG:4326, WKT too unless it says SRID=…;"""

    def __init__(self, path: Path, driver: str) -> None:
        self.driver = driver
        self._rows = _csv_rows(path) if driver == "CSV" else _xlsx_rows(path)
        self.fields = _header(next(self._rows, None))
        self._wkt = find_column(self.fields, WKT_HEADINGS)
        self._lon = find_column(self.fields, LON_HEADINGS)
        self._lat = find_column(self.fields, LAT_HEADINGS)
        self.spatial = bool(self._wkt or (self._lon and self._lat))
        self.crs: str | None = "EPSG:4326" if self.spatial else None
        if self._wkt:
            self._peek()

    def _peek(self) -> None:
        first = list(islice(self._rows, 1))
        place = self.fields.index(self._wkt or "")
        if first and (found := _EWKT.match(str(first[0][place] if place < len(first[0]) else ""))):
            self.crs = f"EPSG:{found.group(1)}"
        rest = self._rows
        self._rows = (row for rows in (first, rest) for row in rows)

    def chunks(self) -> Iterator[Chunk]:
        """The rows, blank ones left out."""
        width = len(self.fields)
        rows = (row for row in self._rows if any(str(cell).strip() for cell in row if cell is not None))
        while piece := list(islice(rows, _PIECE)):
            padded = [[*row[:width], *([None] * (width - len(row)))] for row in piece]
            columns = {name: [row[i] for row in padded] for i, name in enumerate(self.fields)}
            shapes, broken = self._shapes(columns)
            yield Chunk(columns, shapes, broken)

    def _shapes(self, columns: dict[str, list[Any]]) -> tuple[Any, list[str | None] | None]:
        if self._wkt:
            texts = [_EWKT.sub("", str(v)) if v else None for v in columns.pop(self._wkt)]
            shapes = shapely.from_wkt(numpy.array(texts, dtype=object), on_invalid="ignore")
            broken = [text if text and shape is None else None for text, shape in zip(texts, shapes, strict=True)]
            return shapes, broken if any(broken) else None
        if self._lon and self._lat:
            pairs = [(_float(x), _float(y)) for x, y in zip(columns[self._lon], columns[self._lat], strict=True)]
            shapes = [None if x is None or y is None else shapely.Point(x, y) for x, y in pairs]
            return numpy.array(shapes, dtype=object), None
        return None, None


def _float(value: Any) -> float | None:
    try:
        number = float(latin(str(value)).strip())
    except ValueError:
        return None
    return number if number == number and abs(number) != float("inf") else None


def _header(row: list[Any] | None) -> list[str]:
    if row is None:
        raise Unreadable("empty")
    names = [str(cell).strip() if cell is not None else "" for cell in row]
    while names and not names[-1]:
        names.pop()
    if not names or len(names) > MOST_COLUMNS:
        raise Unreadable("no_header")
    seen: dict[str, int] = {}
    unique = []
    for place, name in enumerate(names, start=1):
        base = name or f"column {place}"
        seen[base] = seen.get(base, 0) + 1
        unique.append(base if seen[base] == 1 else f"{base} ({seen[base]})")
    return unique


def _csv_rows(path: Path) -> Iterator[list[Any]]:
    csv.field_size_limit(8 * 1024**2)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            sample = file.read(64 * 1024)
            file.seek(0)
            head = sample.split("\n", 1)[0]
            delimiter = max(",;\t|", key=head.count)
            yield from csv.reader(file, delimiter=delimiter)
    except UnicodeDecodeError as error:
        raise Unreadable("not_utf8") from error
    except csv.Error as error:
        raise Unreadable("not_this_format") from error


def _xlsx_rows(path: Path) -> Iterator[list[Any]]:
    import openpyxl  # only this format needs it, and it is slow to load

    try:
        with zipfile.ZipFile(path) as archive:
            check_members(archive)
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        for row in sheet.iter_rows(values_only=True):
            yield list(row)
    except BadArchive as error:
        raise Unreadable(error.code, member=error.member) from error
    except (zipfile.BadZipFile, KeyError, ValueError, IndexError) as error:
        raise Unreadable("not_this_format") from error
