"""Where the outlines of a file stand: in which ward each does, and which of them share ground.

Worked out in memory beside the database, which builds the readings meanwhile: shapely lets other threads run, and a
tree over the boxes of a whole city takes a third of the time of a spatial self-join in SQL.
Coordinates and areas are those of storage (EPSG:3857).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy
import shapely

from holdings.copying import Outlines
from holdings.rules.survey import OVERLAP_NAMED_M2

# So many outlines are shapes in memory at a time; all of a million would take a gigabyte.
_PIECE = 50_000
_NO_LOOK = bytes(16)


@dataclass(frozen=True)
class Stands:
    """Row, ward and whether all of the row lies in it."""

    rows: Any
    wards: Any
    whole: Any


@dataclass(frozen=True)
class Straddles:
    """Row, ward and the part of the outline, 0 to 1, that lies outside of the ward."""

    rows: Any
    wards: Any
    outside: Any


@dataclass(frozen=True)
class Overlaps:
    """Later row, earlier row and its number in the file, shared ground as part of the smaller and the larger one."""

    late: Any
    early: Any
    early_n: Any
    share: Any
    mutual: Any


class City:
    """The outlines of one file, in the order of its rows, and the wards they are placed in."""

    def __init__(self, outlines: Outlines, numbers: list[int], wards: list[bytes]) -> None:
        found = outlines.rows()
        self._order = numpy.argsort(found["n"], kind="stable")
        self._found, self._outlines = found[self._order], outlines
        self._numbers = numpy.array(numbers, dtype=numpy.int64)
        self._wards = shapely.from_wkb(wards)
        shapely.prepare(self._wards)

    def _pieces(self, places: Any) -> Any:
        for start in range(0, len(places), _PIECE):
            yield places[start : start + _PIECE]

    def _drawn(self, places: Any) -> Any:
        return shapely.from_wkb(self._outlines.shapes(self._order[places]))

    def stands(self) -> Stands:
        """In which ward each row stands (by its point; on a border in the one with the lower number)."""
        nothing = numpy.zeros(0, dtype=numpy.int64)
        rows, wards, whole = [nothing], [nothing], [nothing.astype(bool)]
        for places in self._pieces(numpy.arange(len(self._found))):
            points = shapely.points(self._found["x"][places], self._found["y"][places])
            ward, point = shapely.STRtree(points).query(self._wards, predicate="intersects")
            ordered = numpy.lexsort((ward, point))
            point, first = numpy.unique(point[ordered], return_index=True)
            ward = ward[ordered][first]
            shapes = self._drawn(places[point])
            rows.append(places[point])
            wards.append(ward)
            whole.append(shapely.is_missing(shapes) | shapely.covers(self._wards[ward], shapes))
        self._stands = tuple(numpy.concatenate(part) for part in (rows, wards, whole))
        placed, ward, inside = self._stands
        return Stands(self._row(placed), self._numbers[ward], inside)

    def straddles(self) -> Straddles:
        """How much of each outline that crosses its ward's line lies outside; asked after `stands`."""
        placed, ward, whole = self._stands
        placed, ward = placed[~whole], ward[~whole]
        shapes = self._drawn(placed)
        with numpy.errstate(invalid="ignore"):
            outside = 1 - shapely.area(shapely.intersection(self._wards[ward], shapes)) / shapely.area(shapes)
        return Straddles(self._row(placed), self._numbers[ward], outside)

    def overlaps(self) -> Overlaps:
        """Pairs of different footprints that share ground; an outline drawn again is left out (it is a repeat)."""
        early, late = self._near()
        found = [self._shared(early[part], late[part]) for part in self._pieces(numpy.arange(len(early)))]
        kept, shared, smaller, larger = map(numpy.concatenate, zip(*found, strict=True)) if found else [late] * 4
        early, late = early[kept.astype(bool)], late[kept.astype(bool)]
        return Overlaps(
            self._row(late),
            self._row(early),
            self._found["n"][early].astype(numpy.int64),
            shared / smaller,
            shared / larger,
        )

    def _near(self) -> tuple[Any, Any]:
        looks = self._found["look"]
        _, first = numpy.unique(looks, return_index=True)
        places = numpy.sort(first[looks[first] != numpy.void(_NO_LOOK)])
        boxes = numpy.concatenate(
            [numpy.empty((0, 4)), *(shapely.bounds(self._drawn(piece)) for piece in self._pieces(places))]
        )
        met = [numpy.empty((2, 0), dtype=numpy.int64), *_meeting(boxes)]
        early, late = places[numpy.concatenate(met, axis=1)]
        return early, late

    def _shared(self, early: Any, late: Any) -> tuple[Any, Any, Any, Any]:
        one, other = self._drawn(early), self._drawn(late)
        meet = shapely.intersects(one, other)
        shared = numpy.zeros(len(one))
        shared[meet] = shapely.area(shapely.intersection(one[meet], other[meet]))
        kept = shared > OVERLAP_NAMED_M2
        areas = numpy.column_stack([shapely.area(one[kept]), shapely.area(other[kept])])
        return kept, shared[kept], areas.min(axis=1), areas.max(axis=1)

    def _row(self, places: Any) -> Any:
        return self._found["row"][places].astype(numpy.int64)


def _meeting(boxes: Any) -> Iterator[Any]:
    """Pairs of boxes (places, the lower above the higher) that meet, each once.

    From west to east, a piece at a time beside those that begin before the piece ends: one tree over a million boxes
    would take a quarter of a gigabyte.
    """
    order = numpy.argsort(boxes[:, 0], kind="stable")
    wests = boxes[order, 0]
    for start in range(0, len(order), _PIECE):
        here = order[start : start + _PIECE]
        tree = shapely.STRtree(_diagonals(boxes[here]))
        end = int(numpy.searchsorted(wests, boxes[here, 2].max(), side="right"))
        for first in range(start, end, _PIECE):
            there = order[first : min(first + _PIECE, end)]
            other, one = tree.query(_diagonals(boxes[there]))
            once = first + other > start + one
            yield numpy.sort(numpy.stack([here[one[once]], there[other[once]]]), axis=0)


def _diagonals(boxes: Any) -> Any:
    """Lines whose boxes these are; they take a third of the memory of polygons."""
    return shapely.linestrings(boxes.reshape(-1, 2, 2))
