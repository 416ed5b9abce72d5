"""What is our own about gunicorn: how its threads wait for the next request, and what its log leaves out."""

from __future__ import annotations

import select
import threading
from collections import deque
from datetime import timedelta
from typing import Any

from gunicorn.glogging import Logger
from gunicorn.http.message import Request
from gunicorn.http.wsgi import Response
from gunicorn.workers.gthread import TConn, ThreadWorker

from imis.log import UNLOGGED


class WebWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn's `gthread`, but a thread that has answered watches its connection for a moment before it gives it back.

    gunicorn hands each request of a kept connection from its main thread to another one and takes the connection back
    after it; to wake those two costs as much as a small tile. Programs ask again at once: a map wants a dozen tiles,
    and nginx keeps its connections for everybody. At most half of the threads wait: the others are for whoever comes.
    While anybody waits for a thread, each connection goes back into the queue after its answer.
    """

    # Longer, and threads would wait for the next click of a person.
    moment_ms = 10

    def init_process(self) -> None:
        """Runs in the worker's own process, as gunicorn has it."""
        self._may_wait = threading.Semaphore(self.cfg.threads // 2)
        # One mark for each connection that no thread has taken yet; adding and taking are one step each.
        self._queued: deque[None] = deque()
        super().init_process()

    def enqueue_req(self, conn: TConn) -> None:
        """Hands a connection to whichever thread is free first."""
        self._queued.append(None)
        super().enqueue_req(conn)

    def handle(self, conn: TConn) -> Any:
        """Answers a request, and those that follow at once on its connection; gives what gunicorn's own gives."""
        self._queued.pop()
        kept = super().handle(conn)
        # Not `while kept`: a connection that sent nothing yet is given back with a mark of gunicorn's own.
        while kept is True and self._asked_again(conn):
            kept = super().handle(conn)
        return kept

    def _asked_again(self, conn: TConn) -> bool:
        """True when something came within the moment. What was read too far, gunicorn's main thread looks after."""
        if not self.alive or self._queued or conn.parser.unreader.buf.getvalue():
            return False
        if not self._may_wait.acquire(blocking=False):
            return False
        try:
            watched = select.poll()
            watched.register(conn.sock, select.POLLIN)
            return bool(watched.poll(self.moment_ms))
        finally:
            self._may_wait.release()


class WebLog(Logger):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn's logs, without the access lines of answers that are many, alike and good."""

    def access(self, resp: Response, req: Request, environ: dict[str, Any], request_time: timedelta) -> None:
        """Called by gunicorn after each answer."""
        if UNLOGGED not in environ:
            super().access(resp, req, environ, request_time)
