"""OGC API Features, Part 1: Core, for QGIS and any other program: landing, conformance, collections, items.

Whoever asks sees the collections of their audience; to anybody else the others do not exist (404).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from imis.access import PUBLIC, permission_required, signed_in
from imis.fiscal import fiscal_year_of
from layers import access, queries
from layers.catalogue import BY_NAME, LAYERS
from layers.database import columns_for
from layers.exports.openapi import CONFORMANCE, document
from layers.features import Ask, page, single
from layers.given import BadRequest, boxes_of, check_moment, value_of
from layers.services import note_features
from layers.spec import Layer

View = Callable[..., HttpResponse]
GEOJSON, SCHEMA = "application/geo+json", "application/vnd.oai.openapi+json;version=3.0"
USUAL, MOST = 100, 10_000
_CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_OURS = frozenset({"bbox", "datetime", "limit", "after", "f"})
_FORMAT = frozenset({"f"})


class Missing(Exception):
    """There is no such thing for the asker."""


def _told(view: View) -> View:
    """Answers a refusal as the standard's JSON: 400 names the parameter, 404 says no more than that."""

    @wraps(view)
    def told(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except BadRequest as error:
            return _not_taken(error)
        except Missing:
            return _refusal(404, "NotFound", _("There is no such collection or feature."))

    # A mark on the view, which the door for all requests reads: a function declares no attributes.
    told.imis_says_no = lambda parameter: _not_taken(BadRequest(parameter, "text without NUL"))  # type: ignore[attr-defined]
    return told


def _not_taken(error: BadRequest) -> HttpResponse:
    return _refusal(400, "InvalidParameterValue", f"{error.name}: {error.wanted}")


@permission_required(PUBLIC)
@require_safe
@_told
def landing(request: HttpRequest) -> HttpResponse:
    """What this service is and where its parts are."""
    _only(request, _FORMAT)
    links = [
        _link(request, "layers_ogc:landing", "self", "application/json"),
        _link(request, "layers_ogc:api", "service-desc", SCHEMA),
        _link(request, "layers_ogc:conformance", "conformance", "application/json"),
        _link(request, "layers_ogc:collections", "data", "application/json"),
    ]
    about = _("Layers of the municipal information system, each for its audience.")
    return _json(request, {"title": _("City map services"), "description": about, "links": links})


@permission_required(PUBLIC)
@require_safe
@_told
def conformance(request: HttpRequest) -> HttpResponse:
    """The conformance classes that hold."""
    _only(request, _FORMAT)
    return _json(request, {"conformsTo": list(CONFORMANCE)})


@permission_required(PUBLIC)
@require_safe
@_told
def api(request: HttpRequest) -> HttpResponse:
    """The OpenAPI description of the collections that the asker may see."""
    _only(request, _FORMAT)
    granted = access.granted_to(request)
    seen = [(layer, columns_for(layer.features, granted.audience)) for layer in LAYERS if granted.opens(layer)]
    server = request.build_absolute_uri(reverse("layers_ogc:landing")).rstrip("/")
    return _json(request, document(seen, server, usual=USUAL, most=MOST), SCHEMA)


@permission_required(PUBLIC)
@require_safe
@_told
def collections(request: HttpRequest) -> HttpResponse:
    """The collections of the asker's audience."""
    _only(request, _FORMAT)
    granted = access.granted_to(request)
    bounds = queries.city_bounds(queries.ward_places())
    found = [_collection(request, layer, bounds) for layer in LAYERS if granted.opens(layer)]
    links = [_link(request, "layers_ogc:collections", "self", "application/json")]
    return _json(request, {"links": links, "collections": found})


@permission_required(PUBLIC)
@require_safe
@_told
def collection(request: HttpRequest, name: str) -> HttpResponse:
    """One collection."""
    _only(request, _FORMAT)
    layer, _granted = _opened(request, name)
    return _json(request, _collection(request, layer, queries.city_bounds(queries.ward_places())))


@permission_required(PUBLIC)
@require_safe
@_told
def items(request: HttpRequest, name: str) -> HttpResponse:
    """A page of a collection's features; `next` leads on."""
    layer, granted = _opened(request, name)
    ask = _asked(request, layer, granted)
    found = page(layer, ask)
    _note(request, layer, ask, len(found.features))
    here = request.build_absolute_uri(request.path)
    links = [{"href": request.build_absolute_uri(), "rel": "self", "type": GEOJSON, "title": str(layer.title)}]
    links.append(_link(request, "layers_ogc:collection", "collection", "application/json", layer.name))
    if found.after is not None:
        given = {**request.GET.dict(), "after": str(found.after)}
        links.append({"href": f"{here}?{urlencode(given)}", "rel": "next", "type": GEOJSON, "title": _("Next page")})
    head = {
        "type": "FeatureCollection",
        "timeStamp": timezone.now().isoformat(timespec="seconds").replace("+00:00", "Z"),
        "numberMatched": found.matched,
        "numberReturned": len(found.features),
        "links": links,
    }
    text = _text(head)[:-1] + ', "features": [' + ",\n".join(found.features) + "]}"
    return _finished(request, HttpResponse(text, content_type=GEOJSON))


@permission_required(PUBLIC)
@require_safe
@_told
def item(request: HttpRequest, name: str, written: str) -> HttpResponse:
    """One feature. What is no number names none."""
    _only(request, _FORMAT)
    layer, granted = _opened(request, name)
    number = int(written) if re.fullmatch(r"[0-9]{1,20}", written) else 2**63
    ask = replace(_plain(layer, granted), limit=1)
    found = single(layer, ask, number) if number < 2**63 else None
    if found is None:
        raise Missing
    _note(request, layer, ask, 1)
    links = [
        {"href": request.build_absolute_uri(request.path), "rel": "self", "type": GEOJSON, "title": str(number)},
        _link(request, "layers_ogc:collection", "collection", "application/json", layer.name),
    ]
    return _finished(request, HttpResponse(found[:-1] + f', "links": {_text(links)}}}', content_type=GEOJSON))


def _note(request: HttpRequest, layer: Layer, ask: Ask, features: int) -> None:
    """Who took what, as the law on people's data asks. Strangers get only what is public, and would fill the log."""
    person = signed_in(request)
    if person is not None:
        note_features(layer=layer, ask=ask, features=features, by=person, at=timezone.now())


def _opened(request: HttpRequest, name: str) -> tuple[Layer, access.Pass]:
    layer, granted = BY_NAME.get(name), access.granted_to(request)
    if layer is None or not granted.opens(layer):
        raise Missing
    return layer, granted


def _plain(layer: Layer, granted: access.Pass) -> Ask:
    year = fiscal_year_of(timezone.localdate()).start_year
    return Ask(audience=granted.audience, wards=granted.scope(layer), year=year)


def _asked(request: HttpRequest, layer: Layer, granted: access.Pass) -> Ask:
    columns = {each.name: each for each in columns_for(layer.features, granted.audience)}
    _only(request, _OURS | columns.keys())
    given = request.GET
    after = given.get("after")
    if "datetime" in given:
        check_moment(given["datetime"])
    return replace(
        _plain(layer, granted),
        boxes=boxes_of(given["bbox"]) if "bbox" in given else (),
        equals=tuple((columns[name], value_of(columns[name], given[name])) for name in given if name in columns),
        after=None if after is None else _number("after", after, 2**63 - 1),
        limit=min(MOST, _number("limit", given.get("limit", str(USUAL)), 2**31 - 1, least=1)),
    )


def _number(name: str, text: str, most: int, least: int = 0) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20 and least <= int(text) <= most):
        raise BadRequest(name, f"{least}…{most}")
    return int(text)


def _only(request: HttpRequest, known: frozenset[str]) -> None:
    """Refuses unknown and repeated parameters, as the standard asks, and any format but JSON."""
    for name, values in request.GET.lists():
        if name not in known:
            raise BadRequest(name, _("unknown parameter"))
        if len(values) > 1:
            raise BadRequest(name, _("given more than once"))
    if request.GET.get("f", "json") not in ("json", "geojson"):
        raise BadRequest("f", "json")


def _collection(request: HttpRequest, layer: Layer, bounds: queries.Bounds) -> dict[str, Any]:
    return {
        "id": layer.name,
        "title": str(layer.title),
        "itemType": "feature",
        "crs": [_CRS84],
        "extent": {"spatial": {"bbox": [list(bounds)], "crs": _CRS84}},
        "links": [
            _link(request, "layers_ogc:collection", "self", "application/json", layer.name),
            _link(request, "layers_ogc:items", "items", GEOJSON, layer.name),
        ],
    }


def _link(request: HttpRequest, route: str, rel: str, kind: str, name: str | None = None) -> dict[str, str]:
    address = request.build_absolute_uri(reverse(route, args=[] if name is None else [name]))
    return {"href": address, "rel": rel, "type": kind}


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _json(request: HttpRequest, value: Any, kind: str = "application/json") -> HttpResponse:
    return _finished(request, HttpResponse(_text(value), content_type=kind))


def _refusal(status: int, code: str, description: str) -> HttpResponse:
    body = _text({"code": code, "description": description})
    return HttpResponse(body, status=status, content_type="application/json", headers={"Cache-Control": "no-store"})


def _finished(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Says in which language, and that no cache may keep what depends on the asker."""
    response["Content-Language"] = get_language() or "bn"
    response["Cache-Control"] = "private, no-store" if request.user.is_authenticated else "public, max-age=60"
    response["Vary"] = "Cookie, Authorization, Accept-Language"
    return response
