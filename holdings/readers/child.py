"""The reading process: `python -m holdings.readers.child FORMAT PATH FILE_ID LAYER CRS`.

Writes one JSON line that describes the file, then COPY lines, then one JSON line on standard error that says how
many rows there were; a stream without that last line is not a whole file. Knows no Django and gets no secrets.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import warnings
from pathlib import Path
from typing import Any, TextIO

# pyogrio loads these where it finds them and they double the start; plain arrays are all this process needs. It has
# to stand above the imports that reach pyogrio, hence E402.
sys.modules.update(dict.fromkeys(("pandas", "geopandas", "pyarrow")))  # type: ignore[arg-type]

from holdings.readers import emit, sandbox, twins  # noqa: E402
from holdings.readers.errors import Unreadable  # noqa: E402
from holdings.readers.formats import FORMATS  # noqa: E402
from holdings.readers.table import TableFile  # noqa: E402
from holdings.readers.vector import VectorFile  # noqa: E402


def main(arguments: list[str], sink: TextIO, report: TextIO) -> int:
    """Shuts itself in, reads, writes; 0 when the whole file was read."""
    name, path, file_id, layer, crs = arguments
    warnings.simplefilter("ignore")
    home = Path(path).parent
    if name == "XLSX":
        import openpyxl  # noqa: F401 - it reads the system's MIME types once, which the walls would forbid
    try:
        walls = sandbox.confine(_libraries(), [home])
        survey = _open(name, Path(path), layer or None)
        project = emit.Projector(crs or survey.crs, stated=bool(crs))
        header = {
            "driver": survey.driver,
            "fields": survey.fields,
            "srid": project.srid,
            "spatial": survey.spatial,
            "isolation": ", ".join(walls),
        }
        sink.write(json.dumps(header, ensure_ascii=False) + "\n")
        rows = _write(sink, survey, int(file_id), project)
    except (Unreadable, sandbox.NoWall) as error:
        _tell(report, {"error": getattr(error, "code", "no_wall"), "facts": getattr(error, "facts", {})})
        return 2
    except MemoryError:
        _tell(report, {"error": "too_large", "facts": {}})
        return 2
    sink.flush()
    _tell(report, {"rows": rows})
    return 0


def _write(sink: TextIO, survey: VectorFile | TableFile, file_id: int, project: emit.Projector) -> int:
    if isinstance(survey, VectorFile) and len(survey.starts()) > 1 and len(os.sched_getaffinity(0)) > 1:
        sink.flush()
        return twins.write(sink.buffer, survey, file_id=file_id, project=project)
    return emit.write(sink, survey.chunks(), file_id=file_id, project=project)


def _open(name: str, path: Path, layer: str | None) -> VectorFile | TableFile:
    form = next(form for form in FORMATS if form.name == name)
    return VectorFile(path, form.drivers, layer) if form.drivers else TableFile(path, form.name, layer)


def _libraries() -> list[Path]:
    """Where the interpreter and its libraries live; the rest of the disk need not be readable."""
    own = Path(__file__).resolve().parents[2]
    homes = {own / "holdings", own / "imis", Path(sys.prefix), Path(sys.base_prefix), Path("/usr/lib"), Path("/lib")}
    unpacked = os.environ.get("LD_LIBRARY_PATH", "")  # noqa: TID251 - the loader's, no setting of ours
    found = [*sys.path, *unpacked.split(os.pathsep)]
    return sorted(homes | {Path(p) for p in found if p and Path(p) != own})


def _tell(report: TextIO, facts: dict[str, Any]) -> None:
    report.write("\n" + json.dumps(facts, ensure_ascii=False) + "\n")
    report.flush()


if __name__ == "__main__":
    gc.disable()  # to look for cycles among millions of short texts took a tenth of the time; rows make none
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    sys.exit(main(sys.argv[1:], sys.stdout, sys.stderr))
