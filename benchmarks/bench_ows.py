"""What the door `/ows/` adds to the map server behind it: the same GetMap and GetFeature, through the door and past it.

The city is the tiles' generated one. Behind the door stands MapServer with one worker; the door is Django on gunicorn,
asked over one kept connection as a stranger and as a planner with a token. Past the door the same checked parameters go
straight to the same worker. A planner's features also leave an audit row, which is committed.
"""

from __future__ import annotations

import base64
import http.client
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter
from urllib.parse import urlencode

from benchmarks import tile_servers
from benchmarks.harness import Result, result
from benchmarks.tile_city import busy_tiles, tile_city

Ask = Callable[[dict[str, str]], bytes]
_PIXELS = 800


def run(size: int = 100_000, quick: bool = False) -> list[Result]:
    """The door's share for maps of 800 pixels at two scales, and for a page of 1,000 features."""
    size = min(size, 20_000) if quick else size
    rounds, places = (3, 4) if quick else (7, 10)
    try:
        with tile_city(size) as name, _servers() as (past, stranger, planner):
            return list(_measured(name, past, {"stranger": stranger, "planner": planner}, rounds, places, size))
    except _NotHere as missing:
        print(f"ows: skipped: {missing}", file=sys.stderr)
        return []


class _NotHere(RuntimeError):
    """MapServer is not installed."""


def _measured(name: str, past: Ask, doors: dict[str, Ask], rounds: int, places: int, size: int) -> Iterator[Result]:
    questions = {
        "GetMap z15": [_map(box) for box in _boxes(name, 15, places)],
        "GetMap z16": [_map(box) for box in _boxes(name, 16, places)],
        "GetFeature, 1,000": [_features(place) for place in range(places)],
    }
    for label, asked in questions.items():
        for who, door in doors.items():
            _check_same(asked[0], past, door)
            bound = 1.2 if label.startswith("GetMap") else 1.6
            yield result(f"/ows/ {label}: {who}", _ratio(asked, past, door, rounds), bound, "× MapServer", size)


def _ratio(asked: list[dict[str, str]], past: Ask, door: Ask, rounds: int) -> float:
    """The median over rounds and questions of door against past; the two sides take turns at each question."""
    ratios = []
    for turn in range(rounds):
        for question in asked:
            sides = [door, past] if turn % 2 else [past, door]
            times = {side: _seconds(side, question) for side in sides}
            ratios.append(times[door] / times[past])
    return median(ratios)


def _seconds(ask: Ask, question: dict[str, str]) -> float:
    start = perf_counter()
    ask(question)
    return perf_counter() - start


def _check_same(question: dict[str, str], past: Ask, door: Ask) -> None:
    one, other = past(question), door(question)
    # A collection of features carries the moment and the addresses of its server.
    if len(one) < 1000 or (one != other and b"FeatureCollection" not in one):
        raise RuntimeError(f"the door gives something else: {len(one)} and {len(other)} bytes, {other[:200]!r}")


def _boxes(name: str, zoom: int, count: int) -> list[tuple[float, float, float, float]]:
    """Squares of 800 pixels around the middles of busy tiles, at the scale of the zoom."""
    from layers.tiles import box_of

    half = _PIXELS / 2
    found = []
    for place in busy_tiles(name, zoom)[:count]:
        box = box_of(*place)
        x, y, pixel = (box.west + box.east) / 2, (box.south + box.north) / 2, box.size / 512
        found.append((x - half * pixel, y - half * pixel, x + half * pixel, y + half * pixel))
    return found


def _map(box: tuple[float, float, float, float]) -> dict[str, str]:
    return {
        "service": "WMS", "version": "1.3.0", "request": "GetMap", "layers": "buildings", "styles": "",
        "crs": "EPSG:3857", "bbox": ",".join(f"{part:.2f}" for part in box), "width": str(_PIXELS),
        "height": str(_PIXELS), "format": "image/png",
    }  # fmt: skip


def _features(place: int) -> dict[str, str]:
    return {
        "service": "WFS", "version": "2.0.0", "request": "GetFeature", "typenames": "buildings", "count": "1000",
        "startindex": str(place * 1000), "outputformat": "application/json",
    }  # fmt: skip


@contextmanager
def _servers() -> Iterator[tuple[Ask, Ask, Ask]]:
    """MapServer asked directly, and through the door by a stranger and by a planner."""
    from django.http import QueryDict

    from geoserver.ows import reading
    from geoserver.ows.by_mapserver import MapServer
    from geoserver.ows.workers import NoMapServer, Workers
    from layers.spec import Audience

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="imis-bench-ows-")))
        try:
            stack.enter_context(Workers(folder / "ows.sock", 1))
        except NoMapServer as missing:
            raise _NotHere(str(missing)) from missing
        behind = MapServer(folder / "ows.sock")
        before = os.environ.get("IMIS_OWS_SOCKET")
        os.environ["IMIS_OWS_SOCKET"] = str(folder / "ows.sock")
        try:
            port = stack.enter_context(tile_servers.django(folder)).port
        finally:
            if before is None:
                del os.environ["IMIS_OWS_SOCKET"]

        def past(question: dict[str, str]) -> bytes:
            asked = reading.read(QueryDict(urlencode(question)), Audience.PUBLIC)
            return b"".join(behind.ask(asked, None).pieces)

        yield past, _door(port, "public", {}), _door(port, "staff", _planner())


def _planner() -> dict[str, str]:
    from imis.models import User
    from imis.roles import Role
    from layers.tokens import make_token

    user = User(username="bench-planner", roles=[Role.PLANNER], all_wards=True)
    user.set_unusable_password()
    user.save()
    account = base64.b64encode(f"{user.username}:{make_token(user)}".encode()).decode()
    return {"Authorization": f"Basic {account}"}


def _door(port: int, audience: str, headers: dict[str, str]) -> Ask:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(question: dict[str, str]) -> bytes:
        line.request("GET", f"/ows/{audience}/?{urlencode(question)}", headers=headers)
        answer = line.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status} {body[:300]!r}")
        return body

    return ask
