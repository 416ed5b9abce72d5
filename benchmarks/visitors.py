"""Officers of the demo at the real web server: signed in, page by page and tile by tile; and what memory that takes."""

from __future__ import annotations

import http.client
import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import psutil

from tests.served import Served, session_of

_MEGABYTE = 1 << 20


class Visitor:
    """One person at a browser: cookies and a kept connection; answers as bytes, for tiles are not text."""

    def __init__(self, port: int, username: str) -> None:
        from imis.models import User

        self._cookies = {"sessionid": session_of(User.objects.get(username=username))}
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def get(self, address: str) -> bytes:
        """The body of a page or tile. RuntimeError unless it is 200 or 204."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        for attempt in (1, 2):
            try:
                self._line.request("GET", address, headers=headers)
                answer = self._line.getresponse()
                break
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                # The server closes a kept connection after its idle seconds; a browser opens a new one.
                self._line.close()
                if attempt == 2:
                    raise
        body = answer.read()
        if answer.status not in (200, 204):
            raise RuntimeError(f"GET {address}: {answer.status}")
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            self._cookies[name] = value
        return body

    def seconds(self, *addresses: str) -> float:
        """Seconds from the first byte of the first address to the last byte of the last."""
        start = perf_counter()
        for address in addresses:
            self.get(address)
        return perf_counter() - start


@contextmanager
def serving(folder: Path) -> Iterator[int]:
    """The web server and the worker on the present database, as `bin/imis demo` runs them; gives the port."""
    from django.db import connection

    served = Served(folder, str(connection.settings_dict["NAME"]))
    served.start()
    try:
        yield served.port
    finally:
        served.stop()


def built_up_tiles(zoom: int, most: int) -> list[tuple[int, int, int]]:
    """Up to `most` tiles of a zoom that hold buildings, spread over the city; those with the most buildings first."""
    from django.db import connection

    side = 2 * math.pi * 6_378_137 / 2**zoom
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT floor((ST_X(point) + %(half)s) / %(side)s)::int, floor((%(half)s - ST_Y(point)) / %(side)s)::int"
            " FROM holdings_building GROUP BY 1, 2 ORDER BY count(*) DESC LIMIT %(most)s",
            {"side": side, "half": math.pi * 6_378_137, "most": most},
        )
        return [(zoom, x, y) for x, y in cursor.fetchall()]


class Memory:
    """The proportional set size of the web server, the worker and the whole database cluster: shared pages once."""

    def __init__(self) -> None:
        from django.db import connection

        connection.ensure_connection()
        # The server's own process is the parent of the one that serves this connection.
        self._cluster = psutil.Process(connection.connection.info.backend_pid).parent()
        self._serving = psutil.Process()
        self.web = self.database = self.together = 0.0

    def look(self) -> None:
        """Measures once, in megabytes, and keeps the highest of each."""
        web = sum(map(_megabytes, self._serving.children(recursive=True)))
        database = sum(map(_megabytes, [self._cluster, *self._cluster.children(recursive=True)]))
        self.web, self.database = max(self.web, web), max(self.database, database)
        self.together = max(self.together, web + database)

    @contextmanager
    def watched(self, every: float = 0.5) -> Iterator[None]:
        """Looks again and again, in a thread, while the block runs."""
        done = threading.Event()

        def watch() -> None:
            while not done.wait(every):
                self.look()

        watchman = threading.Thread(target=watch)
        watchman.start()
        try:
            yield
        finally:
            done.set()
            watchman.join()


def _megabytes(process: psutil.Process) -> float:
    try:
        return float(process.memory_full_info().pss) / _MEGABYTE
    except psutil.NoSuchProcess:  # it ended between being listed and being asked
        return 0.0
