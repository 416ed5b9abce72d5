"""Reads CSV and XLSX: tables whose place is in a WKT column, in longitude and latitude, or nowhere.

A row's number is its place below the headings, blank rows counted, so that a person finds it in the sheet.
"""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy
import shapely

from holdings.readers.archive import BadArchive, check_members
from holdings.readers.emit import BROKEN, SURPLUS, UNNAMED, Chunk
from holdings.readers.errors import Unreadable
from holdings.rules.survey import LAT_HEADINGS, LON_HEADINGS, WKT_HEADINGS, find_column
from imis.bangla import latin

MOST_COLUMNS = 400
_PIECE = 20_000
# What WKT begins with, and EWKT.
_DRAWN = re.compile(r"^\s*(SRID\s*=\s*\d+\s*;)?\s*(MULTI)?(POINT|LINESTRING|POLYGON|GEOMETRYCOLLECTION)", re.IGNORECASE)
_EWKT = re.compile(r"^\s*SRID\s*=\s*(\d+)\s*;\s*", re.IGNORECASE)


class TableFile:
    """A table with one header row. Longitude and latitude are taken as EPSG:4326, WKT too unless it says SRID=…;"""

    def __init__(self, path: Path, driver: str, sheet: str | None = None) -> None:
        self.driver = driver
        rows = _csv_rows(path) if driver == "CSV" else _xlsx_rows(path, sheet)
        self.fields = _header(next(rows, None))
        # A cell too many in a CSV has moved others from their place; one in a sheet stands where it was written.
        self._beyond = SURPLUS if driver == "CSV" else UNNAMED
        self._rows: Iterator[tuple[int, list[Any]]] = (
            (n, row) for n, row in enumerate(rows, start=1) if any(map(_says, row))
        )
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
        if first and (found := _EWKT.match(str(first[0][1][place] if place < len(first[0][1]) else ""))):
            self.crs = f"EPSG:{found.group(1)}"
        self._rows = chain(first, self._rows)

    def chunks(self) -> Iterator[Chunk]:
        """The rows, blank ones left out; cells that no heading names are kept as one text."""
        width = len(self.fields)
        while piece := list(islice(self._rows, _PIECE)):
            padded = [[*row[:width], *([None] * (width - len(row)))] for _, row in piece]
            columns = {name: [row[i] for row in padded] for i, name in enumerate(self.fields)}
            beyond = [" | ".join(str(cell) for cell in row[width:] if _says(cell)) or None for _, row in piece]
            if any(beyond):
                columns[self._beyond] = beyond
            shapes, broken = self._shapes(columns)
            yield Chunk(columns, shapes, broken, numbers=[n for n, _ in piece])

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


def _says(cell: Any) -> bool:
    return cell is not None and bool(str(cell).strip())


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
    # A heading may not take the name under which the reader itself keeps something.
    seen: dict[str, int] = dict.fromkeys((BROKEN, SURPLUS, UNNAMED), 1)
    unique = []
    for place, name in enumerate(names, start=1):
        base = name or f"column {place}"
        seen[base] = seen.get(base, 0) + 1
        unique.append(base if seen[base] == 1 else f"{base} ({seen[base]})")
    return unique


def _csv_rows(path: Path) -> Iterator[list[Any]]:
    csv.field_size_limit(8 * 1024**2)
    line = 1
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            sample = file.read(64 * 1024)
            file.seek(0)
            head = sample.split("\n", 1)[0]
            delimiter = max(",;\t|", key=head.count)
            rows = csv.reader(file, delimiter=delimiter, strict=True)
            width = 0
            for row in rows:
                width = width or len(row)
                if rows.line_num > line and _swallowed(row, delimiter, width):
                    raise Unreadable("open_quote", line=line)
                line = rows.line_num + 1
                yield row
    except UnicodeDecodeError as error:
        raise Unreadable("not_utf8") from error
    except csv.Error as error:
        raise Unreadable("open_quote", line=line) from error


def _swallowed(row: list[str], delimiter: str, width: int) -> bool:
    """True when a cell over several lines holds so many delimiters that its line breaks must part rows.

    That is how a quotation mark looks which another one closes further down. A drawing as text may look so.
    """
    for cell in row:
        breaks = cell.count("\n") + cell.count("\r") - cell.count("\r\n")
        if breaks and width > 1 and cell.count(delimiter) >= breaks * (width - 1) and not _DRAWN.match(cell):
            return True
    return False


def _xlsx_rows(path: Path, wanted: str | None) -> Iterator[list[Any]]:
    import openpyxl  # only this format needs it, and it is slow to load

    try:
        with zipfile.ZipFile(path) as archive:
            check_members(archive)
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        for row in _sheet(book, wanted).iter_rows(values_only=True):
            yield list(row)
    except BadArchive as error:
        raise Unreadable(error.code, member=error.member) from error
    except (zipfile.BadZipFile, KeyError, ValueError, IndexError) as error:
        raise Unreadable("not_this_format") from error


def _sheet(book: Any, wanted: str | None) -> Any:
    """The sheet of that name, else the only one that holds anything: sheets are layers, and none is left out unsaid."""
    sheets = {str(sheet.title): sheet for sheet in book.worksheets}
    if wanted:
        if wanted not in sheets:
            raise Unreadable("no_such_layer", layers=sorted(sheets))
        return sheets[wanted]
    full = [name for name, sheet in sheets.items() if any(any(map(_says, row)) for row in sheet.values)]
    if len(full) > 1:
        raise Unreadable("several_layers", layers=full)
    if not full:
        raise Unreadable("empty")
    return sheets[full[0]]
