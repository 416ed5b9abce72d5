"""Serves vector tiles: checks the pass, draws, sets the cache headers.

`answer` knows neither Django's requests nor its responses: tiles come to it through `layers.door`, before Django, and
through Django's own address, which says 404 in the visitor's language.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from imis.access import PUBLIC
from imis.fiscal import fiscal_year_of
from layers.access import NOBODY, Pass, presented
from layers.catalogue import BY_NAME
from layers.spec import Audience, Layer
from layers.tiles import NoSuchTile, Tile, box_of, draw
from layers.versions import data_version, full_version

MVT = "application/vnd.mapbox-vector-tile"
_GZIP_LEVEL = 5
_FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asked:
    """A request for a tile: `version` is the `v` of its address, `known` the ETag that the asker holds.

    `cookies` are read for layers that are not public, and not at all for the others.
    """

    method: str
    name: str
    z: int
    x: int
    y: int
    version: str
    known: str
    takes_gzip: bool
    cookies: Callable[[], Mapping[str, str]]


@dataclass(frozen=True)
class Answer:
    """What is said to it, in the words of HTTP."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def answer(asked: Asked) -> Answer | None:
    """One tile of one layer; None when there is no such layer or place. 403 without a pass for the layer's audience."""
    layer = BY_NAME.get(asked.name)
    try:
        box_of(asked.z, asked.x, asked.y)
    except NoSuchTile:
        return None
    if layer is None:
        return None
    if asked.method not in ("GET", "HEAD"):
        return Answer(405, {"Allow": "GET, HEAD", "Content-Length": "0"})
    if layer.audience is Audience.PUBLIC:
        return _public(asked, layer)
    granted = presented(asked.cookies())
    if not granted.opens(layer):
        return Answer(403, {"Cache-Control": "no-store", "Content-Length": "0"})
    return _packed(asked, _drawn(asked, layer, granted).content, {"Cache-Control": "private, no-store"})


def _public(asked: Asked, layer: Layer) -> Answer:
    """A tile anyone may keep: for ever under its version, otherwise to be asked for again by its ETag."""
    if asked.known and asked.known == (etag := _etag(asked, full_version(data_version(layer)))):
        return Answer(304, {"ETag": etag, "Cache-Control": "public, no-cache"})
    drawn = _drawn(asked, layer, NOBODY)
    version = full_version(drawn.version)
    kept = _FOR_EVER if asked.version == version else "public, no-cache"
    return _packed(asked, drawn.content, {"Cache-Control": kept, "ETag": _etag(asked, version)})


def _etag(asked: Asked, version: str) -> str:
    return f'W/"{asked.name}-{asked.z}-{asked.x}-{asked.y}-{version}"'


def _drawn(asked: Asked, layer: Layer, granted: Pass) -> Tile:
    year = fiscal_year_of(timezone.localdate()).start_year
    return draw(layer, asked.z, asked.x, asked.y, wards=granted.scope(layer), fiscal_year=year)


def _packed(asked: Asked, content: bytes, headers: dict[str, str]) -> Answer:
    if not content:
        return Answer(204, headers)
    headers |= {"Content-Type": MVT, "Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}
    if asked.takes_gzip:
        headers["Content-Encoding"] = "gzip"
        content = gzip.compress(content, _GZIP_LEVEL, mtime=0)
    # Without its length an answer goes out in chunks, and no proxy would know it whole.
    headers["Content-Length"] = str(len(content))
    return Answer(200, headers, content)


def tile(request: HttpRequest, name: str, z: int, x: int, y: int) -> HttpResponse:
    """A tile by Django's way; raises Http404 for an unknown layer or place."""
    said = answer(
        Asked(
            request.method or "",
            name,
            z,
            x,
            y,
            request.GET.get("v", ""),
            request.META.get("HTTP_IF_NONE_MATCH", ""),
            "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", ""),
            lambda: request.COOKIES,
        )
    )
    if said is None:
        raise Http404
    return HttpResponse(said.body, status=said.status, headers=said.headers)


tile.imis_permission = PUBLIC  # type: ignore[attr-defined]
