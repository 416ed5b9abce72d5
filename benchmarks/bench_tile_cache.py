"""Cached tiles: a real nginx with deploy/nginx before Django, asked by wrk on the same machine.

Every address is dated and asked for once before, so that all answers come from the cache; that none reached Django is
checked. wrk, nginx and all share the two cores. The bound is absolute: 5,000 tiles a second.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

from benchmarks import tile_servers
from benchmarks.harness import Result, result
from benchmarks.nginx import nginx
from benchmarks.nginx import program as nginx_program
from benchmarks.tile_city import busy_tiles, tile_city

_PER_SECOND = 5_000
_ZOOMS = (14, 15, 16, 17, 18)
# Each thread of wrk goes round all addresses.
_SCRIPT = """
local paths = {%s}
local at = math.random(#paths)
request = function()
    at = at %% #paths + 1
    return wrk.format("GET", paths[at], {["Accept-Encoding"] = "gzip"})
end
"""


def run(size: int = 100_000, quick: bool = False) -> list[Result]:
    """Tiles a second over zooms 14-18, as a multiple of the 5,000 wanted; nothing where nginx or wrk is missing."""
    wrk = shutil.which("wrk")
    if nginx_program() is None or wrk is None:
        print("tile_cache SKIPPED: it needs nginx and wrk (apt-get install nginx-light wrk)", file=sys.stderr)
        return []
    size = min(size, 20_000) if quick else size
    with tile_city(size) as name, ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="imis-bench-cache-")))
        django = stack.enter_context(tile_servers.django(folder))
        port = stack.enter_context(nginx(folder, django.port))
        paths = _addresses(name)
        _fill(port, paths)
        script = folder / "tiles.lua"
        script.write_text(_SCRIPT % ", ".join(f'"{path}"' for path in paths), encoding="utf-8")
        rates = [_rate(wrk, script, port, seconds=2 if quick else 5) for _round in range(3 if quick else 7)]
        _fill(port, paths, expected="HIT")
    print(f"tile_cache: {median(rates):,.0f} tiles a second ({min(rates):,.0f} to {max(rates):,.0f})", file=sys.stderr)
    return [result("cached tiles z14-z18", median(rates) / _PER_SECOND, 1, "× 5,000 a second", size, at_least=True)]


def _addresses(name: str) -> list[str]:
    from layers.catalogue import BUILDINGS_LAYER
    from layers.exports.tilejson import tile_address
    from layers.versions import data_version, full_version

    address = tile_address(BUILDINGS_LAYER, full_version(data_version(BUILDINGS_LAYER)))
    return [address.format(z=z, x=x, y=y) for zoom in _ZOOMS for z, x, y in busy_tiles(name, zoom)]


def _fill(port: int, paths: list[str], expected: str = "MISS") -> None:
    """Asks for every tile once; raises RuntimeError unless the cache says of each what is expected."""
    line = HTTPConnection("127.0.0.1", port, timeout=30)
    for path in paths:
        line.request("GET", path, headers={"Accept-Encoding": "gzip"})
        answer = line.getresponse()
        answer.read()
        found = answer.headers["X-Tile-Cache"]
        if answer.status != 200 or found != expected:
            raise RuntimeError(f"{path}: {answer.status} {found} instead of {expected}")
    line.close()


def _rate(wrk: str, script: Path, port: int, seconds: int) -> float:
    """Answers a second over 32 kept connections. Raises RuntimeError when any failed."""
    command = [wrk, "-t2", "-c32", f"-d{seconds}s", "-s", str(script), f"http://127.0.0.1:{port}"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if found is None or "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(said)
    return float(found.group(1))
