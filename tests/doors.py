"""A test's browser at the application that the web server runs: tiles are answered by their own door, before Django."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from unittest.mock import patch

from django.core.handlers.wsgi import WSGIRequest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.client import ClientHandler

from layers.door import TileDoor

_GOES_ON: Iterable[bytes] = ()


class _Handler(ClientHandler):
    """Asks the tile door first, and Django's own handler of tests when that lets the request through."""

    def __call__(self, environ: dict[str, Any]) -> Any:
        told: list[Any] = []
        door = TileDoor(lambda *_: _GOES_ON)
        # Django's own handler of tests does the same: the connection holds the test's transaction and stays open.
        with patch.object(connection, "close_if_unusable_or_obsolete"):
            body = door(environ, lambda *said: told.extend(said))  # type: ignore[arg-type,return-value]
        if not told:
            return super().__call__(environ)
        response = HttpResponse(b"".join(body), status=int(told[0].split()[0]), headers=dict(told[1]))
        response.wsgi_request = WSGIRequest(environ)  # type: ignore[attr-defined]  # the client looks for it
        return response


class Browser(Client):
    """Django's test client before the tile door."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.handler = _Handler(self.handler.enforce_csrf_checks)
