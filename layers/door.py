"""Lets tile requests past all of Django but the database: they only read and bring their own pass.

Django's handler, its signals, request and response cost a tile a fifth of its time, the session as much again.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from django.db import connection
from django.http.cookie import parse_cookie

from imis.log import UNLOGGED
from layers.exports.tilejson import TILES_PATH
from layers.views.tiles import Answer, Asked, answer

StartResponse = Callable[..., Any]
WSGIApplication = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]
_TILE = re.compile(re.escape(TILES_PATH) + r"([a-z_]+)/(\d{1,2})/(\d{1,6})/(\d{1,6})\.mvt", re.ASCII)
_STATUS = {each.value: f"{each.value} {each.phrase}" for each in HTTPStatus}
_log = logging.getLogger(__name__)


class TileDoor:
    """Stands before a WSGI application and answers tile requests itself; what is no tile goes on to it."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        found = _TILE.fullmatch(environ["PATH_INFO"])
        said = None if found is None else _answered(_asked(environ, *found.groups()))
        if said is None:
            return self._application(environ, start_response)
        if said.status < HTTPStatus.BAD_REQUEST:
            # A map asks for dozens at a time, and what nginx keeps never comes here: a line for each tells nothing.
            environ[UNLOGGED] = True
        start_response(_STATUS[said.status], list(said.headers.items()))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [said.body]


def _asked(environ: dict[str, Any], name: str, z: str, x: str, y: str) -> Asked:
    query = environ.get("QUERY_STRING", "")
    return Asked(
        environ["REQUEST_METHOD"],
        name,
        int(z),
        int(x),
        int(y),
        parse_qs(query).get("v", [""])[-1] if query else "",
        environ.get("HTTP_IF_NONE_MATCH", ""),
        "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""),
        lambda: parse_cookie(environ.get("HTTP_COOKIE", "")),
    )


def _answered(asked: Asked) -> Answer | None:
    """The answer, whatever happens: there is no Django around that would turn a failure into one."""
    # What Django does before each request: an old connection, or one that failed, is not used again.
    connection.close_if_unusable_or_obsolete()
    try:
        return answer(asked)
    except Exception:
        _log.exception("tile_failed", extra={"layer": asked.name})
        return Answer(500, {"Cache-Control": "no-store", "Content-Length": "0"})
