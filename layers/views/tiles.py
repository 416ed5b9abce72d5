"""Serves vector tiles: checks the pass, draws, sets the cache headers."""

from __future__ import annotations

import gzip

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
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


def tile(request: HttpRequest, name: str, z: int, x: int, y: int) -> HttpResponse:
    """One tile of one layer. 404 for an unknown layer or address, 403 without a pass for its audience."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    layer = BY_NAME.get(name)
    try:
        box_of(z, x, y)
    except NoSuchTile as error:
        raise Http404 from error
    if layer is None:
        raise Http404
    if layer.audience is Audience.PUBLIC:
        return _public(request, layer, z, x, y)
    granted = presented(request)
    if not granted.opens(layer):
        return HttpResponse(status=403, headers={"Cache-Control": "no-store"})
    response = _packed(request, _drawn(layer, z, x, y, granted).content)
    response["Cache-Control"] = "private, no-store"
    return response


def _public(request: HttpRequest, layer: Layer, z: int, x: int, y: int) -> HttpResponse:
    """A tile anyone may keep: for ever under its version, otherwise to be asked for again by its ETag."""
    if "HTTP_IF_NONE_MATCH" in request.META:
        etag = _etag(layer, z, x, y, full_version(data_version(layer)))
        if request.META["HTTP_IF_NONE_MATCH"] == etag:
            return HttpResponse(status=304, headers={"ETag": etag, "Cache-Control": "public, no-cache"})
    drawn = _drawn(layer, z, x, y, NOBODY)
    version = full_version(drawn.version)
    response = _packed(request, drawn.content)
    response["Cache-Control"] = _FOR_EVER if request.GET.get("v") == version else "public, no-cache"
    response["ETag"] = _etag(layer, z, x, y, version)
    return response


def _etag(layer: Layer, z: int, x: int, y: int, version: str) -> str:
    return f'W/"{layer.name}-{z}-{x}-{y}-{version}"'


def _drawn(layer: Layer, z: int, x: int, y: int, granted: Pass) -> Tile:
    year = fiscal_year_of(timezone.localdate()).start_year
    return draw(layer, z, x, y, wards=granted.scope(layer), fiscal_year=year)


def _packed(request: HttpRequest, content: bytes) -> HttpResponse:
    if not content:
        return HttpResponse(status=204)
    headers = {"Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}
    if "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", ""):
        headers["Content-Encoding"] = "gzip"
        content = gzip.compress(content, _GZIP_LEVEL, mtime=0)
    # Without its length an answer goes out in chunks, and no proxy would know it whole.
    headers["Content-Length"] = str(len(content))
    return HttpResponse(content, content_type=MVT, headers=headers)


tile.imis_permission = PUBLIC  # type: ignore[attr-defined]
