"""TileJSON 3.0 of a layer, computed from the catalogue."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from layers.spec import Attribute, Band, Kind, Layer

TILES_PATH = "/map/tiles/"
_TYPES = {
    Kind.INTEGER: "Number",
    Kind.NUMBER: "Number",
    Kind.TEXT: "String",
    Kind.BOOLEAN: "Boolean",
    Kind.DATE: "String",
}


def tile_address(layer: Layer, version: str, root: str = "") -> str:
    """The address template of a layer's tiles; a version makes it cacheable for ever."""
    suffix = f"?v={quote(version)}" if version else ""
    return f"{root}{TILES_PATH}{layer.name}/{{z}}/{{x}}/{{y}}.mvt{suffix}"


def tilejson(layer: Layer, version: str, bounds: tuple[float, float, float, float], root: str = "") -> dict[str, Any]:
    """The TileJSON document; `bounds` in degrees (west, south, east, north), `root` such as https://host."""
    return {
        "tilejson": "3.0.0",
        "name": layer.name,
        "description": str(layer.title),
        "scheme": "xyz",
        "tiles": [tile_address(layer, version, root)],
        "minzoom": layer.min_zoom,
        "maxzoom": layer.max_zoom,
        "bounds": list(bounds),
        "vector_layers": [_vector_layer(band) for band in layer.bands],
    }


def _vector_layer(band: Band) -> dict[str, Any]:
    return {
        "id": band.name,
        "description": str(band.title),
        "minzoom": band.min_zoom,
        "maxzoom": band.max_zoom,
        "fields": {each.name: _field(each) for each in band.tile_attributes},
    }


def _field(attribute: Attribute) -> str:
    return f"{_TYPES[attribute.kind]}: {attribute.title}"
