"""The servers whose tiles are compared: Django on gunicorn, tipg on uvicorn, MapServer as a FastCGI worker.

Each is one process that keeps its database connection and is asked over a socket of this machine, as nginx would.
MapServer is asked without a web server, in its favour.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from benchmarks.fastcgi import ask

ROOT = Path(__file__).resolve().parents[1]
TIPG = ("tipg==1.6.1", "uvicorn==0.54.0", "fastapi==0.165.0", "starlette==1.10.0")
Fetch = Callable[[int, int, int], bytes]
_VIEW = "gis_public.buildings"


def free_port() -> int:
    """A port on this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _process(
    command: list[str], environment: dict[str, str], log: Path, stdin: socket.socket | None = None
) -> Iterator[None]:
    with log.open("wb") as sink:
        running = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **environment}, stdin=stdin, stdout=sink, stderr=sink
        )
        try:
            yield
        finally:
            running.terminate()
            try:
                running.wait(timeout=5)
            except subprocess.TimeoutExpired:  # a FastCGI worker ends only after its next request
                running.kill()
                running.wait()


def _patient(fetch: Callable[[], bytes], log: Path, limit: float = 30) -> None:
    """Waits until the server answers; raises RuntimeError with its log when it never does."""
    end = time.monotonic() + limit
    while True:
        try:
            fetch()
            return
        except (OSError, RuntimeError) as failure:
            if time.monotonic() > end:
                raise RuntimeError(f"{failure}: {log.read_text(errors='replace')[-2000:]}") from failure
            time.sleep(0.2)


def answers(port: int) -> bool:
    """True when somebody listens on a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Http:
    """One kept connection to a server's socket: as little of a client as HTTP/1.1 allows, to measure servers."""

    def __init__(self, door: Path, path: str, cookie: str = "") -> None:
        self._door = str(door)
        cookies = f"Cookie: {cookie}\r\n" if cookie else ""
        self._request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: identity\r\n{cookies}\r\n"
        self._line: socket.socket | None = None

    def tile(self, z: int, x: int, y: int) -> bytes:
        """The body of a tile; raises RuntimeError unless it is 200 or 204, OSError when the server does not answer."""
        if self._line is None:
            self._line = socket.socket(socket.AF_UNIX)
            self._line.settimeout(60)
            self._line.connect(self._door)
        try:
            self._line.sendall(self._request.format(z=z, x=x, y=y).encode())
            status, body = _answer(self._line)
        except (OSError, RuntimeError):
            self._line.close()
            self._line = None
            raise
        if status not in (200, 204):
            raise RuntimeError(f"{status} {body[:300]!r}")
        return body


def _answer(line: socket.socket) -> tuple[int, bytes]:
    """Status and body of one answer. Raises RuntimeError when its length is not told, ConnectionError at its end."""
    head, found, body = b"", b"", b""
    while not found:
        head += _more(line)
        start, found, body = head.partition(b"\r\n\r\n")
    status = int(start[9:12])
    told = re.search(rb"\r\ncontent-length: *(\d+)", start, re.IGNORECASE)
    if told is None and status != 204:
        raise RuntimeError(f"an answer without its length: {start!r}")
    parts, missing = [body], (int(told.group(1)) if told else 0) - len(body)
    while missing > 0:
        parts.append(_more(line))
        missing -= len(parts[-1])
    return status, b"".join(parts)


def _more(line: socket.socket) -> bytes:
    part = line.recv(1 << 16)
    if not part:
        raise ConnectionError("the server closed the connection")
    return part


class Doors(NamedTuple):
    """Where a server listens: a socket, as nginx asks the deployed one, and a port of this machine."""

    socket: Path
    port: int


@contextmanager
def django(folder: Path, workers: int = 1) -> Iterator[Doors]:
    """gunicorn as deployed, with processes of four threads and the project's own settings."""
    doors, log = Doors(folder / "gunicorn.sock", free_port()), folder / "gunicorn.log"
    command = [sys.executable, "-m", "gunicorn", "imis.wsgi:application", "--config", "deploy/gunicorn.conf.py"]
    command += ["--bind", f"unix:{doors.socket}", "--bind", f"127.0.0.1:{doors.port}", "--workers", str(workers)]
    # A process that is replaced in between would be measured too.
    command += ["--max-requests", "0"]
    with _process(command, {}, log):
        _patient(lambda: Http(doors.socket, "/map/tiles/wards/{z}/{x}/{y}.mvt").tile(8, 0, 0), log)
        yield doors


@contextmanager
def tipg(folder: Path) -> Iterator[Fetch]:
    """tipg on the public view, installed on first use under .local/bench-venv. RuntimeError when it cannot be had."""
    python = _tipg_python()
    door, log = folder / "tipg.sock", folder / "tipg.log"
    environment = {
        "DATABASE_URL": _address(),
        "TIPG_DB_SCHEMAS": '["gis_public"]',
        "TIPG_DB_TABLES": '["gis_public.buildings"]',
        "TIPG_MAX_FEATURES_PER_TILE": "100000",
        "TIPG_DB_SPATIAL_EXTENT": "false",
        "TIPG_DB_DATETIME_EXTENT": "false",
        "TIPG_TILE_BUFFER": "64",
        "TIPG_TILE_RESOLUTION": "4096",
        "PYTHONPATH": "",
    }
    path = f"/collections/{_VIEW}/tiles/WebMercatorQuad/{{z}}/{{x}}/{{y}}?properties=ward"
    with _process([python, "-m", "uvicorn", "tipg.main:app", "--uds", str(door), "--no-access-log"], environment, log):
        fetch = Http(door, path)
        _patient(lambda: fetch.tile(16, 0, 0), log)
        yield fetch.tile


def _address() -> str:
    """The database as a URL; a socket's folder is quoted into the host's place."""
    host = quote(os.environ["IMIS_DB_HOST"], safe="")
    return f"postgresql://{os.environ.get('IMIS_DB_USER', '')}@{host}/{os.environ['IMIS_DB_NAME']}"


def _tipg_python() -> str:
    """The interpreter that has tipg: ours, or one of its own where the project is installed without it."""
    if find_spec("tipg") and find_spec("uvicorn"):
        return sys.executable
    home = ROOT / ".local" / "bench-venv"
    python = home / "bin" / "python"
    ready = home / "ready"
    if not ready.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
        made = subprocess.run(
            [str(python), "-m", "pip", "install", "-q", *TIPG], capture_output=True, text=True, check=False
        )
        if made.returncode:
            raise RuntimeError(f"tipg could not be installed: {made.stderr[-300:]}")
        ready.touch()
    return str(python)


_MAPFILE = """
MAP
  NAME "tiles"
  EXTENT -20037508 -20037508 20037508 20037508
  PROJECTION "init=epsg:3857" END
  OUTPUTFORMAT NAME "mvt" DRIVER MVT MIMETYPE "application/vnd.mapbox-vector-tile" EXTENSION "mvt"
    FORMATOPTION "EXTENT=4096" FORMATOPTION "EDGE_BUFFER=64" END
  LAYER
    NAME "buildings" TYPE POLYGON STATUS ON
    CONNECTIONTYPE POSTGIS
    CONNECTION "{connection}"
    DATA "geom FROM (SELECT id, ward, geom FROM {view}) AS f USING UNIQUE id USING SRID=3857"
    PROCESSING "CLOSE_CONNECTION=DEFER"
    PROJECTION "init=epsg:3857" END
    METADATA "gml_include_items" "ward" "gml_types" "auto" END
    CLASS STYLE COLOR 0 0 0 END END
  END
END
"""


@contextmanager
def mapserver(folder: Path) -> Iterator[Fetch]:
    """MapServer on the public view. Raises RuntimeError when `mapserv` is not installed."""
    program = shutil.which("mapserv")
    if program is None:
        raise RuntimeError("mapserv is not installed (apt-get install cgi-mapserver)")
    connection = " ".join(
        f"{word}={os.environ.get(name, '')}"
        for word, name in (("dbname", "IMIS_DB_NAME"), ("host", "IMIS_DB_HOST"), ("user", "IMIS_DB_USER"))
    )
    mapfile, path, log = folder / "tiles.map", folder / "mapserv.sock", folder / "mapserv.log"
    mapfile.write_text(_MAPFILE.format(connection=connection, view=_VIEW), encoding="utf-8")
    configuration = folder / "mapserver.conf"
    configuration.write_text('CONFIG\n ENV\n MS_MAP_PATTERN "."\n END\nEND\n', encoding="utf-8")

    def fetch(z: int, x: int, y: int) -> bytes:
        return ask(path, f"map={mapfile}&mode=tile&tilemode=gmap&tile={x}+{y}+{z}&layers=buildings&map.imagetype=mvt")

    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.bind(str(path))
        door.listen(64)
        with _process([program], {"MAPSERVER_CONFIG_FILE": str(configuration)}, log, stdin=door):
            _patient(lambda: fetch(16, 0, 0), log, limit=15)
            yield fetch
