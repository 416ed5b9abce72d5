"""Import of footprints: stage + check + apply against ogr2ogr (COPY mode) of the same file into PostGIS.

The peer makes what the register keeps of a footprint and no more: EPSG:3857 (the file is in 4326), one kind of
geometry, a logged table with its spatial index (docs/adr/0011).

The file is Khulna's buildings and wards, copied eastwards as often as the size asks, so that nothing overlaps that
did not overlap before. Memory is the peak of this process and its reading process together (bound: 1 GB).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import pyogrio
import shapely

from benchmarks.databases import cloned
from benchmarks.harness import Result, alternated, result, seconds

DATA = Path(os.environ.get("IMIS_SHARED_DATA", Path(__file__).resolve().parents[2] / "shared" / "data")) / "khulna"
STEP_DEGREES = 0.12
MOST_MEMORY = 1024**3


def run(size: int = 100_000, quick: bool = False) -> list[Result]:
    """The ratio to ogr2ogr at `size` footprints, the growth at ten times as many, and the memory in GB."""
    if shutil.which("ogr2ogr") is None:
        print("import: ogr2ogr is not installed (apt-get install gdal-bin); skipped", file=sys.stderr)
        return []
    size = min(size, 20_000) if quick else size
    rounds = 2 if quick else 5
    found = []
    with tempfile.TemporaryDirectory(prefix="imis-bench-import-") as folder:
        name = f"import of {size:,} footprints, stage + check + apply"
        times, memory = _measure(Path(folder), size, rounds)
        found.append(result(name, times["ours"] / times["ogr2ogr"], 5, "× ogr2ogr", size))
        found.append(result(f"{name}: peak memory", memory / MOST_MEMORY, 1, "GB", size))
        if not quick:
            ten, memory = _measure(Path(folder), size * 10, 1)
            found.append(result(f"{name}: 10 × the rows", ten["ours"] / times["ours"], 11, "× the time", size * 10))
            found.append(result(f"{name}: 10 × the rows, memory", memory / MOST_MEMORY, 1, "GB", size * 10))
    return found


def _measure(folder: Path, size: int, rounds: int) -> tuple[dict[str, float], int]:
    buildings, wards = make_files(folder, size)
    peaks = [0]
    times = alternated(
        rounds,
        ours=lambda: _ours(buildings, wards, peaks),
        ogr2ogr=lambda: _ogr2ogr(buildings),
    )
    return times, max(peaks)


def make_files(folder: Path, size: int) -> tuple[Path, Path]:
    """A GeoPackage of `size` footprints and one of the wards they stand in."""
    meta, _, wkb, columns = pyogrio.raw.read(DATA / "khulna_buildings.gpkg")
    ward_meta, _, ward_wkb, ward_columns = pyogrio.raw.read(DATA / "khulna_wards.geojson")
    copies = -(-size // len(wkb))
    buildings, wards = folder / f"buildings-{size}.gpkg", folder / f"wards-{size}.gpkg"
    for path, source, cells, names, most in (
        (buildings, wkb, columns, list(meta["fields"]), size),
        (wards, ward_wkb, ward_columns, list(ward_meta["fields"]), copies * len(ward_wkb)),
    ):
        shapes = shapely.from_wkb(source)
        moved = [shapely.transform(shapes, lambda xy, n=n: xy + [STEP_DEGREES * n, 0]) for n in range(copies)]
        named = zip(names, cells, strict=True)
        data = [numpy.concatenate(list(_copied(name, column, copies)))[:most] for name, column in named]
        pyogrio.raw.write(
            path,
            shapely.to_wkb(shapely.multipolygons([shapely.get_parts(s) for s in numpy.concatenate(moved)[:most]])),
            data,
            names,
            geometry_type="MultiPolygon",
            crs="EPSG:4326",
            driver="GPKG",
            layer="survey",
        )
    return buildings, wards


def _copied(name: str, column: Any, copies: int) -> Iterator[Any]:
    for copy in range(copies):
        if name == "bin":
            yield numpy.array([f"{value}-{copy}" for value in column], dtype=object)
        elif name == "ward_no":
            yield column + 31 * copy
        else:
            yield column


def _ours(buildings: Path, wards: Path, peaks: list[int]) -> float:
    """Seconds of the whole import in an empty register, in a process of its own."""
    from django.db import connection

    script = Path(__file__).with_name("import_once.py")
    home = str(Path(__file__).resolve().parents[1])
    with cloned(connection.settings_dict["NAME"]) as name:
        done = subprocess.run(
            [sys.executable, str(script), str(buildings), str(wards)],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": home, "IMIS_DB_NAME": name},
        )
    taken, memory = done.stdout.split()[-2:]
    peaks.append(int(memory))
    return float(taken)


def _ogr2ogr(buildings: Path) -> float:
    from django.db import connection

    name = connection.settings_dict["NAME"]
    target = f"PG:dbname={name} " + " ".join(
        f"{key}={value}"
        for key, value in (("host", os.environ.get("IMIS_DB_HOST")), ("user", os.environ.get("IMIS_DB_USER")))
        if value
    )
    command = [
        "ogr2ogr",
        "-f",
        "PostgreSQL",
        target,
        str(buildings),
        "-nln",
        "bench_ogr",
        "-t_srs",
        "EPSG:3857",
        "-nlt",
        "PROMOTE_TO_MULTI",
        "-overwrite",
        "--config",
        "PG_USE_COPY",
        "YES",
    ]
    return seconds(lambda: subprocess.run(command, check=True, capture_output=True))
