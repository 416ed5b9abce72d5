"""Brings rows into temporary tables and out of tables by COPY."""

from __future__ import annotations

import io
from array import array
from collections.abc import Iterable
from typing import Any

import numpy

_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"
# numpy's kind of number, as PostgreSQL's binary format has it: most significant byte first
_KINDS = {"b": "?", "i": ">i8", "f": ">f8"}


def copy_in(cursor: Any, create: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Creates a temporary table ("CREATE TEMP TABLE name …") and COPYs the rows into it."""
    cursor.execute(create)
    lines = ("\t".join(map(_cell, row)) for row in rows)
    cursor.copy_expert(f"COPY {create.split()[3]} FROM STDIN", io.StringIO("\n".join(lines)))


def _cell(value: Any) -> str:
    if value is None:
        return "\\N"
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def copy_numbers(cursor: Any, create: str, *columns: Any) -> None:
    """Creates a temporary table of boolean, bigint and double precision columns and fills it from numpy arrays."""
    cursor.execute(create)
    fields: list[tuple[str, str]] = [("count", ">i2")]
    for place, column in enumerate(columns):
        fields += [(f"size{place}", ">i4"), (f"value{place}", _KINDS[column.dtype.kind])]
    rows = numpy.zeros(len(columns[0]), dtype=fields)
    rows["count"] = len(columns)
    for place, column in enumerate(columns):
        rows[f"size{place}"] = rows.dtype[f"value{place}"].itemsize
        rows[f"value{place}"] = column
    data = io.BytesIO(_HEAD + rows.tobytes() + _END)
    cursor.copy_expert(f"COPY {create.split()[3]} FROM STDIN (FORMAT binary)", data, 1024 * 1024)


class Outlines:
    """Receives COPY … TO STDOUT (FORMAT binary) of bigint, integer, double precision ×2, uuid, geometry.

    Each row arrives in a call of its own, the first with the head of the stream before it. All columns but the
    geometry hold a value, so they stand at fixed places.
    """

    _ROW = numpy.dtype(
        [
            ("count", ">i2"),
            ("size0", ">i4"),
            ("row", ">i8"),
            ("size1", ">i4"),
            ("n", ">i4"),
            ("size2", ">i4"),
            ("x", ">f8"),
            ("size3", ">i4"),
            ("y", ">f8"),
            ("size4", ">i4"),
            ("look", "V16"),
            ("size5", ">i4"),
        ]
    )

    def __init__(self) -> None:
        # One block each: a million small objects would take half as much memory again.
        self._numbers, self._shapes, self._ends = bytearray(), bytearray(), array("q", [0])

    def write(self, data: bytes) -> None:
        """Takes one row."""
        start = len(_HEAD) if len(self._ends) == 1 and data.startswith(_HEAD) else 0
        shape = start + self._ROW.itemsize
        if len(data) >= shape:
            self._numbers += data[start:shape]
            self._shapes += data[shape:]
            self._ends.append(len(self._shapes))

    def rows(self) -> Any:
        """The columns before the geometry as one structured array; handed over once."""
        numbers, self._numbers = self._numbers, bytearray()
        return numpy.frombuffer(numbers, dtype=self._ROW)

    def shapes(self, places: Any) -> list[bytes | None]:
        """The geometries at `places` as EWKB, None where there is none."""
        ends, view = self._ends, memoryview(self._shapes)
        return [bytes(view[ends[place] : ends[place + 1]]) or None for place in places.tolist()]
