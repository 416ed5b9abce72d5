"""Is a surveyed footprint one the register knows? same | new | split | conflict.

Measured shares decide; where they do not decide plainly, a person does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

# Two outlines that cover each other this far are the same building drawn again.
SAME_SHARE = 0.5
# A row that lies this far inside a registered building which others share is a piece of it.
PIECE_SHARE = 0.8
# Below this, neighbours merely touch.
NEAR_SHARE = 0.10


@dataclass(frozen=True)
class Candidate:
    """One row beside one registered building: shares of each area covered by the other, and equal numbers.

    A row without an outline of its own (a point, a line of a table) may share a building with others.
    """

    row: int
    building: int
    of_row: float
    of_building: float
    same_bin: bool
    outline: bool = True


@dataclass(frozen=True)
class Verdict:
    """How a row stands to the register; `building` is the one meant, `others` those also in question."""

    match: str
    building: int | None = None
    others: tuple[int, ...] = ()


def verdicts(candidates: Iterable[Candidate]) -> dict[int, Verdict]:
    """A verdict for each row that has a candidate; rows without one are new.

    A building number that matches a building elsewhere, two rows that claim one building, and a row that lies on
    several are conflicts; a building of which several rows are pieces is split.
    """
    by_row: dict[int, list[Candidate]] = defaultdict(list)
    pieces: dict[int, int] = defaultdict(int)
    for candidate in candidates:
        by_row[candidate.row].append(candidate)
        pieces[candidate.building] += candidate.of_row >= PIECE_SHARE and candidate.of_building < PIECE_SHARE
    found = {row: _verdict(of_row, pieces) for row, of_row in by_row.items()}
    claims: dict[int | None, int] = defaultdict(int)
    drawn = [row for row, of_row in by_row.items() if of_row[0].outline and found[row].match == "same"]
    for row in drawn:
        claims[found[row].building] += 1
    for row in drawn:
        if claims[found[row].building] > 1:
            found[row] = Verdict("conflict", found[row].building, found[row].others)
    return found


def _verdict(candidates: list[Candidate], pieces: dict[int, int]) -> Verdict:
    near = [c for c in candidates if max(c.of_row, c.of_building) >= NEAR_SHARE]
    named = [c for c in candidates if c.same_bin]
    best = max(near, key=lambda c: (c.same_bin, min(c.of_row, c.of_building), -c.building), default=None)
    if best is None:
        # The number is known but its building stands elsewhere.
        return Verdict("conflict", named[0].building) if named else Verdict("new")
    others = tuple(sorted(c.building for c in near if c is not best))
    if named and not best.same_bin:
        return Verdict("conflict", best.building, tuple(sorted({*others, named[0].building})))
    if pieces[best.building] > 1 and best.of_row >= PIECE_SHARE and not best.same_bin:
        return Verdict("split", best.building, others)
    if best.of_row >= SAME_SHARE and best.of_building >= SAME_SHARE and not _rival(best, near):
        return Verdict("same", best.building, others)
    return Verdict("conflict", best.building, others)


def _rival(best: Candidate, near: list[Candidate]) -> bool:
    return any(c is not best and max(c.of_row, c.of_building) >= SAME_SHARE for c in near)
