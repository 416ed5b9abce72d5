"""A large file is read by two processes: every row once, in order, and a reader that dies is noticed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.holdings.conftest import square
from tests.holdings.test_readers import ROOT, cells, read


@pytest.fixture
def large(write: Callable[..., Path]) -> Path:
    """25,003 rows: three pieces, the last one short."""
    shapes = [square(n % 200 * 20, n // 200 * 20) for n in range(5000)]
    return write("large.gpkg", [(shapes[n % 5000], {"bin": f"B{n}", "n": n}) for n in range(25_003)])


def test_two_readers_hand_over_every_row_in_order(large: Path) -> None:
    _, rows = read(large)
    assert [(int(row[1]), int(cells(row)["n"])) for row in rows] == [(n + 1, n) for n in range(25_003)]
    alone = subprocess.run(
        [sys.executable, "-c", _ALONE, str(large)], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert [line.split("\t") for line in alone[1:]] == rows


_ALONE = """
import os, sys
os.sched_getaffinity = lambda _: {0}
from holdings.readers import child
child.main(["GPKG", sys.argv[1], "7", "", ""], sys.stdout, sys.stderr)
"""


@pytest.mark.parametrize("who", ["parent", "twin"])
def test_a_reader_that_dies_halfway_is_noticed(large: Path, who: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _DIES, str(large), who],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.endswith("True\n"), done.stderr


_DIES = """
import io, os, sys, threading
from pathlib import Path
from holdings.readers import emit, twins
from holdings.readers.errors import Unreadable
from holdings.readers.vector import VectorFile
survey, me = VectorFile(Path(sys.argv[1]), ("GPKG",), None), os.getpid()
read, calls = survey.piece, []
def piece(start):
    calls.append(start)
    if (os.getpid() == me) == (sys.argv[2] == "parent") and len(calls) == (2 if sys.argv[2] == "parent" else 1):
        raise Unreadable("not_this_format") if sys.argv[2] == "parent" else os._exit(9)
    return read(start)
survey.piece = piece
try:
    twins.write(io.BytesIO(), survey, file_id=1, project=emit.Projector("EPSG:4326"))
except Unreadable as error:
    print(error.code == ("not_this_format" if sys.argv[2] == "parent" else "reader_died"))
"""


def test_a_piece_leaves_nothing_behind(large: Path) -> None:
    """The reading process has no collector: what pieces left in circles took half a gigabyte at a million rows."""
    done = subprocess.run(
        [sys.executable, "-c", _COUNTS, str(large)], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    first, pieces, left = map(int, done.stdout.split())
    assert (first, left) == (1, 0) and pieces >= 2


_COUNTS = """
import gc, sys
from pathlib import Path
gc.disable()
from holdings.readers import emit, twins
from holdings.readers.vector import VectorFile
survey, project = VectorFile(Path(sys.argv[1]), ("GPKG",), None), emit.Projector("EPSG:4326")
gc.collect()
first = twins._lines(survey, 0, 1, project).startswith(b"1\\t1\\t")
starts = list(survey.starts())
for start in starts:
    twins._lines(survey, start, 1, project)
print(int(first), len(starts), gc.collect())
"""
