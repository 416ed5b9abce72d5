"""An application and a worker for test_web_server: it says how often a thread was handed a connection."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from gunicorn.workers.gthread import TConn

from imis.log import UNLOGGED
from imis.web_server import WebWorker

_handed: list[TConn] = []


class Watched(WebWorker):
    """Waits so long for a next request that a thread which may not wait is told from one that may."""

    moment_ms = 30_000

    def enqueue_req(self, conn: TConn) -> None:
        """Counts what the main thread hands to another."""
        _handed.append(conn)
        super().enqueue_req(conn)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Says how many connections were handed over so far; /slow and /work take time, /unlogged asks for no line."""
    if environ["PATH_INFO"] == "/work":
        time.sleep(0.02)
    if environ["PATH_INFO"] == "/slow":
        time.sleep(0.5)
    if environ["PATH_INFO"] == "/unlogged":
        environ[UNLOGGED] = True
    said = str(len(_handed)).encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(said)))])
    return [said]
