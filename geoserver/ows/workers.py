"""MapServer's workers: maps written from the catalogue, and `mapserv` processes that wait on one socket."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

from django.conf import settings

from geoserver.desired import metres
from geoserver.ows.mapfile import mapfile
from geoserver.ows.sockets import reachable
from imis import env
from layers.queries import city_bounds, ward_places
from layers.spec import Audience

# A parallel plan costs more than a whole map, and draws in another order each time.
_LIMITS = "-c default_transaction_read_only=on -c statement_timeout=60s -c jit=off -c max_parallel_workers_per_gather=0"


class NoMapServer(RuntimeError):
    """Debian's package cgi-mapserver is not installed."""


def write_maps(folder: Path) -> None:
    """Writes one map an audience; running workers read them anew with the next request."""
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    west, south, east, north = city_bounds(ward_places())
    bounds = (*metres(west, south), *metres(east, north))
    for audience in Audience:
        target = folder / f"{audience.schema}.map"
        fresh = target.with_suffix(".new")
        fresh.write_text(mapfile(audience, connection_string(audience), bounds), encoding="utf-8")
        fresh.replace(target)
    (folder / "mapserver.conf").write_text(
        f'CONFIG\n ENV\n  MS_MAP_PATTERN "^{folder}/gis_[a-z]+\\.map$"\n END\nEND\n', encoding="utf-8"
    )


def connection_string(audience: Audience) -> str:
    """libpq's words for the views of an audience, by its own login and for reading only.

    Not by the application's user with a role: a statement that got in could put that role off again.
    """
    ours = settings.DATABASES["default"]
    given = {"host": ours["HOST"], "port": ours["PORT"], "dbname": ours["NAME"], "user": audience.login}
    words = [f"{name}='{value}'" for name, value in given.items() if value]
    return " ".join([*words, f"options='{_LIMITS}'"])


def find_mapserver() -> str | None:
    """The program of Debian's package cgi-mapserver, wherever it lies."""
    return shutil.which("mapserv") or shutil.which("mapserv", path="/usr/lib/cgi-bin")


def _prefix(program: str) -> Path:
    """The `usr` that a program lies in: its coordinate systems lie in the same."""
    return next((each for each in Path(program).parents if each.name == "usr"), Path("/usr"))


class Workers:
    """Some `mapserv` processes on one socket; one that dies is started again."""

    def __init__(self, path: Path, count: int) -> None:
        program = find_mapserver()
        if program is None:
            raise NoMapServer("mapserv is not installed: apt-get install cgi-mapserver")
        self._program, self._path, self._count = program, path, count
        self._folder = path.with_suffix(".maps")
        self._running: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Workers:
        write_maps(self._folder)
        self._path.unlink(missing_ok=True)
        self._door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        before = os.umask(0o117)
        try:
            with reachable(self._path) as name:
                self._door.bind(name)
        finally:
            os.umask(before)
        self._door.listen(64)
        self._running = [self._start() for _number in range(self._count)]
        return self

    def __exit__(self, *_failure: object) -> None:
        for worker in self._running:
            worker.kill()  # a waiting worker heeds a polite signal only after its next request
            worker.wait()
        self._door.close()
        self._path.unlink(missing_ok=True)

    def watch(self) -> None:
        """Starts again what died, for ever; a breath between, so that a broken one does not spin."""
        while True:
            time.sleep(1)
            self._running = [each if each.poll() is None else self._start() for each in self._running]

    def _start(self) -> subprocess.Popen[bytes]:
        passwords = env.text("PGPASSFILE", "")
        environment = {
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            # Where packages are unpacked rather than installed, their libraries lie elsewhere.
            "LD_LIBRARY_PATH": env.text("LD_LIBRARY_PATH", ""),
            "PROJ_LIB": str(_prefix(self._program) / "share/proj"),
            "MAPSERVER_CONFIG_FILE": str(self._folder / "mapserver.conf"),
            # Of the logins of MapServer, where the database is reached by password; never the application's.
            **({"PGPASSFILE": passwords} if passwords else {}),
        }
        return subprocess.Popen([self._program], stdin=self._door.fileno(), env=environment, stdout=subprocess.DEVNULL)  # noqa: S603
