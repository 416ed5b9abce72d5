"""Lets tile requests past the session, language and CSRF machinery: they only read and bring their own pass."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from layers.exports.tilejson import TILES_PATH
from layers.views.tiles import tile

_TILE = re.compile(re.escape(TILES_PATH) + r"(?P<name>[a-z_]+)/(?P<z>\d{1,2})/(?P<x>\d{1,6})/(?P<y>\d{1,6})\.mvt")


class TileDoor:
    """Middleware that answers tile requests itself; it stands before all that a tile does not need."""

    def __init__(self, respond: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        found = _TILE.fullmatch(request.path_info)
        if found is None:
            return self.respond(request)
        place = found.groupdict()
        return tile(request, place["name"], int(place["z"]), int(place["x"]), int(place["y"]))
