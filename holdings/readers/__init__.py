"""Opens an uploaded survey in a process of its own, without network, and hands over its rows as a COPY stream.

operations.md §Security: a VRT file named parcels.geojson makes GDAL return another file of the server. So the
name given by the uploader is never a path, first bytes must be those of the format, every other driver is taken
out of the process, and the process is shut in (holdings.readers.sandbox).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from holdings.readers.archive import BadArchive, unpack
from holdings.readers.errors import Unreadable
from holdings.readers.formats import ARCHIVES, SUFFIXES, Format, format_of, looks_like

__all__ = ["SUFFIXES", "Stream", "Unreadable", "open_survey"]

_HOME = Path(__file__).resolve().parents[2]
_MOST_SECONDS = 1800


@dataclass
class Stream:
    """A survey being read: what the file says of itself, and its rows as COPY text.

    Read `rows` to its end; then `finish()` returns the number of rows, or raises Unreadable when the process
    did not read the whole file.
    """

    driver: str
    fields: list[str]
    srid: int | None
    spatial: bool
    isolation: str
    rows: IO[bytes]
    _process: subprocess.Popen[bytes]
    _said: list[bytes] = field(default_factory=list)
    _listener: threading.Thread | None = None

    def finish(self) -> int:
        """The number of rows the process says it wrote; raises Unreadable."""
        return int(_verdict(self._process, self._said, self._listener)["rows"])


@contextmanager
def open_survey(
    path: Path, name: str, *, file_id: int, layer: str | None = None, crs: str | None = None
) -> Iterator[Stream]:
    """Reads the file at `path`, which its uploader called `name`; raises Unreadable.

    `crs` ("EPSG:…") overrides what the file says; `file_id` stands in the first column of every row.
    """
    with tempfile.TemporaryDirectory(prefix="imis-survey-") as home:
        survey, form = _place(Path(path), name, Path(home))
        process = _start(form, survey, file_id, layer, crs)
        said: list[bytes] = []
        # Both pipes were asked for in _start, so neither is None.
        listener = threading.Thread(target=lambda: said.append(process.stderr.read()), daemon=True)  # type: ignore[union-attr]
        listener.start()
        clock = threading.Timer(_MOST_SECONDS, process.kill)
        clock.start()
        try:
            assert process.stdout is not None
            header = process.stdout.readline()
            if not header.endswith(b"\n"):
                _verdict(process, said, listener)
                raise Unreadable("reader_died")
            yield Stream(**json.loads(header), rows=process.stdout, _process=process, _said=said, _listener=listener)
        finally:
            clock.cancel()
            process.kill()
            process.wait()
            listener.join()
            for pipe in (process.stdout, process.stderr):
                if pipe is not None:
                    pipe.close()


def _place(path: Path, name: str, home: Path) -> tuple[Path, Format]:
    """Brings the file into a private directory under a name of our own, unpacked and recognised."""
    suffix = Path(name).suffix.lower()
    if suffix in ARCHIVES:
        try:
            survey, form = unpack(path, home)
        except BadArchive as error:
            raise Unreadable(error.code, member=error.member) from error
    else:
        found = format_of(name)
        if found is None:
            raise Unreadable("unknown_suffix", suffixes=list(SUFFIXES))
        form, survey = found, home / f"survey{suffix}"
        shutil.copyfile(path, survey)
        _companions(path, form, home)
    if not looks_like(form, survey):
        raise Unreadable("not_this_format")
    return survey, form


def _companions(path: Path, form: Format, home: Path) -> None:
    for suffix in form.companions:
        beside = path.with_suffix(suffix)
        if path.suffix.lower() in form.suffixes and beside.is_file() and not beside.is_symlink():
            shutil.copyfile(beside, home / f"survey{suffix}")


def _start(form: Format, survey: Path, file_id: int, layer: str | None, crs: str | None) -> subprocess.Popen[bytes]:
    # Nothing of the parent's environment: no database address, no secret key. Only where the interpreter finds its own
    # libraries, when they were unpacked and not installed.
    environment = {
        "LD_LIBRARY_PATH": os.environ.get("LD_LIBRARY_PATH", ""),  # noqa: TID251 - the loader's, no setting of ours
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "PROJ_NETWORK": "OFF",
        "GDAL_SKIP": "VRT,DERIVED,HTTP,WMS,WCS,WMTS,PLMosaic,STACIT",
        "OGR_SKIP": "OGR_VRT,WFS,CSW,OAPIF,HTTP",
        "GDAL_DISABLE_READDIR_ON_OPEN": "FALSE",
        "OGR_GEOJSON_MAX_OBJ_SIZE": "200",
        "TMPDIR": str(survey.parent),
    }
    command = [
        sys.executable,
        "-m",
        "holdings.readers.child",
        form.name,
        str(survey),
        str(file_id),
        layer or "",
        crs or "",
    ]
    return subprocess.Popen(  # noqa: S603 (our own module, no shell; the path is one we made)
        command, cwd=_HOME, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def _verdict(process: subprocess.Popen[bytes], said: list[bytes], listener: threading.Thread | None) -> dict[str, Any]:
    """What the process said at its end; raises Unreadable when it failed or died."""
    process.wait()
    if listener is not None:
        listener.join()
    last = b"".join(said).strip().rsplit(b"\n", 1)[-1]
    try:
        facts: dict[str, Any] = json.loads(last)
    except ValueError:
        raise Unreadable("reader_died", status=process.returncode) from None
    if "error" in facts:
        raise Unreadable(facts["error"], **facts["facts"])
    if process.returncode != 0:
        raise Unreadable("reader_died", status=process.returncode)
    return facts
