"""Who may reach whom: the table of the two servers, and the attempts that prove each cell of it.

An attempt opens a TCP connection from the place itself, as the user of the row. Behind every forbidden port somebody
listens during the attempt, so that "no" is the firewall's word and not an empty port's.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from tests.deploy.hosts import Host
from tests.deploy.network import GEOSERVER, PROXY_PORT, PUBLIC, VPN, WEB, inside

COPIES = 8740
_ADDRESS = {"web": WEB, "geoserver": GEOSERVER, "public": PUBLIC, "vpn": VPN}
_TRY = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 2).close()"
_LISTEN = """
import selectors, socket, sys
door = selectors.DefaultSelector()
for port in map(int, sys.argv[2:]):
    try:
        door.register(socket.create_server((sys.argv[1], port)), selectors.EVENT_READ)
    except OSError:
        # Somebody of the play's own is there already, and must answer: a GeoServer.
        socket.create_connection((sys.argv[1], port), 5).close()
door.register(sys.stdin, selectors.EVENT_READ)
print("ready", flush=True)
while True:
    for key, _ in door.select():
        if key.fileobj is sys.stdin:
            sys.exit()
        key.fileobj.accept()[0].close()
"""


@dataclass(frozen=True)
class Cell:
    """One attempt: from a place (as a user of it) to a port of another, and whether it may succeed."""

    source: str
    target: str
    port: int
    allowed: bool
    user: str = "root"

    def __str__(self) -> str:
        who = self.source if self.user == "root" else f"{self.source} as {self.user}"
        return f"{who} → {self.target} {self.port}: {'yes' if self.allowed else 'no'}"


def _row(source: str, target: str, ports: dict[int, bool], user: str = "root") -> list[Cell]:
    return [Cell(source, target, port, allowed, user) for port, allowed in ports.items()]


_NO, _YES = False, True
TABLE = (
    *_row("public", "web", {22: _NO, 80: _YES, 443: _YES, 5432: _NO, 6432: _NO, 8000: _NO}),
    *_row("public", "geoserver", {22: _NO, 8080: _NO, 80: _NO, 443: _NO, 5432: _NO, COPIES: _NO}),
    *_row("geoserver", "web", {22: _NO, 80: _NO, 443: _NO, 5432: _NO, 6432: _NO, 8000: _NO}),
    *_row("geoserver", "web", {5432: _YES, 22: _NO, 443: _NO}, user="geoserver"),
    *_row("web", "geoserver", {22: _NO, 8080: _NO, 80: _NO, 443: _NO, 5432: _NO, COPIES: _NO}),
    *_row("web", "geoserver", {8080: _YES, COPIES: _NO}, user="imis"),
    *_row("web", "geoserver", {8080: _NO, COPIES: _YES}, user="imis-copy"),
    *_row("vpn", "web", {22: _YES, 80: _YES, 443: _YES, 5432: _YES, 6432: _NO, 8000: _NO}),
    *_row("vpn", "geoserver", {22: _YES, 8080: _YES, 80: _NO, 443: _NO, 5432: _NO, COPIES: _NO}),
    # Quiet egress: packages through the proxy in the VPN, and nothing else to anybody.
    *_row("web", "vpn", {PROXY_PORT: _YES, 22: _NO, 443: _NO}),
    *_row("geoserver", "vpn", {PROXY_PORT: _YES, 22: _NO, 443: _NO}),
    *_row("web", "public", {80: _NO, 443: _NO}),
    *_row("web", "public", {443: _NO}, user="imis"),
    *_row("geoserver", "public", {80: _NO, 443: _NO}),
    *_row("geoserver", "public", {443: _NO}, user="geoserver"),
)  # fmt: skip
#: Ports on which somebody must listen for the attempts, beside what the play brings.
_LISTENERS = {"web": (6432, 8000), "geoserver": (80, 443, 5432, 8080), "public": (80, 443), "vpn": (22, 443)}


def words_in(hosts: dict[str, Host], place: str, user: str) -> list[str]:
    """The words that put Python into a place."""
    return [*hosts[place].enter(user), "python3"] if place in hosts else [*inside(place), sys.executable]


@contextmanager
def somebody_listens(hosts: dict[str, Host]) -> Iterator[None]:
    """Listens on the ports behind which nothing of ours stands."""
    running = []
    try:
        for place, ports in _LISTENERS.items():
            words = [*words_in(hosts, place, "root"), "-c", _LISTEN, _ADDRESS[place], *map(str, ports)]
            listener = subprocess.Popen(words, stdout=subprocess.PIPE, stdin=subprocess.PIPE)
            running.append(listener)
            assert listener.stdout is not None
            if listener.stdout.readline() != b"ready\n":
                raise RuntimeError(f"nobody listens in {place} on {ports}")
        yield
    finally:
        # A signal would end nsenter and leave the listener behind: it ends when nobody holds its input any more.
        for listener in running:
            listener.communicate(timeout=20)


def reached(hosts: dict[str, Host], cell: Cell) -> bool:
    """Whether the attempt came through."""
    words = [*words_in(hosts, cell.source, cell.user), "-c", _TRY, _ADDRESS[cell.target], str(cell.port)]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
    # A firewall of ours is silent (timed out), or says it to a program of its own host (not permitted).
    if done.returncode and "timed out" not in done.stderr and "not permitted" not in done.stderr:
        raise RuntimeError(f"{cell} was not refused but failed: {done.stderr[-300:]}")
    return done.returncode == 0


def wrong_cells(hosts: dict[str, Host]) -> list[str]:
    """The cells whose attempt ended otherwise than the table says."""
    with somebody_listens(hosts), ThreadPoolExecutor(12) as pool:
        came = list(pool.map(lambda cell: reached(hosts, cell), TABLE))
    both = zip(TABLE, came, strict=True)
    return [f"{cell}, and it was {'yes' if through else 'no'}" for cell, through in both if through != cell.allowed]


def rows() -> list[str]:
    """The table as it was tried, a line for each pair of places and user."""
    found: dict[str, list[str]] = {}
    for cell in TABLE:
        title = str(cell).rpartition(f" {cell.port}:")[0]
        found.setdefault(title, []).append(f"{cell.port} {'yes' if cell.allowed else 'no'}")
    return [f"{title}: {', '.join(cells)}" for title, cells in found.items()]
