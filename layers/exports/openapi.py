"""The OpenAPI 3.0 description of the feature service, computed from the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from layers.spec import Attribute, Geometry, Kind, Layer

Json = dict[str, Any]
_SPEC = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"
CONFORMANCE = (f"{_SPEC}/core", f"{_SPEC}/oas30", f"{_SPEC}/geojson")
_KINDS: dict[Kind, Json] = {
    Kind.INTEGER: {"type": "integer"},
    Kind.NUMBER: {"type": "number"},
    Kind.TEXT: {"type": "string"},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.DATE: {"type": "string", "format": "date"},
}
_SHAPES = {
    Geometry.POLYGON: ("Polygon", "MultiPolygon"),
    Geometry.LINE: ("LineString", "MultiLineString"),
    Geometry.POINT: ("Point", "MultiPoint"),
}
_LINK = {
    "type": "object",
    "required": ["href", "rel"],
    "properties": {name: {"type": "string"} for name in ("href", "rel", "type", "title")},
}
_LINKS = {"type": "array", "items": {"$ref": "#/components/schemas/link"}}
_COLLECTION = {
    "type": "object",
    "required": ["id", "links"],
    "properties": {
        "id": {"type": "string"},
        "title": {"type": "string"},
        "itemType": {"type": "string", "enum": ["feature"]},
        "crs": {"type": "array", "items": {"type": "string"}},
        "extent": {"type": "object"},
        "links": _LINKS,
    },
}
_REFUSAL = {
    "type": "object",
    "required": ["code"],
    "properties": {"code": {"type": "string"}, "description": {"type": "string"}},
}


def document(seen: Sequence[tuple[Layer, tuple[Attribute, ...]]], server: str, *, usual: int, most: int) -> Json:
    """The description of a service with these layers and columns at `server`; pages hold `usual` to `most` features."""
    paths = {
        "/": _get("landing", _object("title", "links")),
        "/conformance": _get("conformance", _object("conformsTo")),
        "/api": _get("api", {"type": "object"}, kind="application/vnd.oai.openapi+json;version=3.0"),
        "/collections": _get("collections", _object("links", "collections")),
    }
    for layer, columns in seen:
        paths |= _paths(layer, columns, usual, most)
    return {
        "openapi": "3.0.3",
        "info": {"title": "IMIS", "version": "1"},
        "servers": [{"url": server}],
        "paths": paths,
        "components": {"schemas": {"link": _LINK, "collection": _COLLECTION, "refusal": _REFUSAL}},
    }


def _paths(layer: Layer, columns: Iterable[Attribute], usual: int, most: int) -> Json:
    feature = _feature(layer, columns)
    address = f"/collections/{layer.name}"
    many = _object("type", "features", "links") | {
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "features": {"type": "array", "items": feature},
            "links": _LINKS,
            "timeStamp": {"type": "string", "format": "date-time"},
            "numberMatched": {"type": "integer", "minimum": 0},
            "numberReturned": {"type": "integer", "minimum": 0},
        }
    }
    number = {"name": "featureId", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 0}}
    title, geojson = str(layer.title), "application/geo+json"
    return {
        address: _get(f"{layer.name}.about", {"$ref": "#/components/schemas/collection"}, title=title),
        f"{address}/items": _get(
            f"{layer.name}.items", many, title=title, kind=geojson, asks=_asks(columns, usual, most)
        ),
        f"{address}/items/{{featureId}}": _get(
            f"{layer.name}.item", feature, title=title, kind=geojson, asks=[number], may_miss=True
        ),
    }


def _asks(columns: Iterable[Attribute], usual: int, most: int) -> list[Json]:
    box = {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}
    limit = {"type": "integer", "minimum": 1, "maximum": most, "default": usual}
    return [
        {"name": "bbox", "in": "query", "style": "form", "explode": False, "schema": box},
        {"name": "datetime", "in": "query", "schema": {"type": "string"}},
        {"name": "limit", "in": "query", "schema": limit},
        {"name": "after", "in": "query", "schema": {"type": "integer", "minimum": 0}},
        *({"name": each.name, "in": "query", "schema": _KINDS[each.kind]} for each in columns),
    ]


def _feature(layer: Layer, columns: Iterable[Attribute]) -> Json:
    values = {each.name: _KINDS[each.kind] | {"title": str(each.title), "nullable": True} for each in columns}
    shape = {
        "type": "object",
        "required": ["type", "coordinates"],
        "properties": {"type": {"type": "string", "enum": list(_SHAPES[layer.geometry])}},
    }
    return _object("type", "id", "geometry", "properties") | {
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"type": "integer"},
            "geometry": shape,
            "properties": {"type": "object", "properties": values, "required": sorted(values)},
            "links": _LINKS,
        }
    }


def _object(*required: str) -> Json:
    return {"type": "object", "required": list(required)}


def _get(
    operation: str,
    schema: Json,
    *,
    title: str = "",
    kind: str = "application/json",
    asks: Sequence[Json] = (),
    may_miss: bool = False,
) -> Json:
    refusal = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/refusal"}}}}
    answers: Json = {
        "200": {"description": title or operation, "content": {kind: {"schema": schema}}},
        "400": {"description": "A parameter is not understood"} | refusal,
    }
    if may_miss:
        answers["404"] = {"description": "There is none"} | refusal
    return {
        "get": {
            "operationId": operation,
            "summary": title or operation,
            "parameters": list(asks),
            "responses": answers,
        }
    }
