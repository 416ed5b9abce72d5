"""The tile cache of the fake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geoserver.xmltext import parsed
from tests.geoserver.fake_answers import Answer, document, plain

if TYPE_CHECKING:
    from tests.geoserver.fake import Fake

Json = Any


def cache_by_default(fake: Fake, name: str) -> None:
    """What every new layer gets, wanted or not."""
    grids = [{"gridSetName": "EPSG:4326"}, {"gridSetName": "EPSG:900913"}]
    fake.tile_layers[name] = {
        "name": name, "enabled": True, "expireCache": 0, "expireClients": 0, "gridSubsets": grids,
        "mimeFormats": ["image/png", "image/jpeg"], "parameterFilters": [{"key": "STYLES"}],
    }  # fmt: skip


def tile_layer(fake: Fake, method: str, path: str, _query: Json, body: str, name: str = "") -> Answer:
    """Tile layers: a list in JSON is refused, as XML it is taken."""
    if not name:
        return document(sorted(fake.tile_layers))
    if method == "GET":
        return document({"GeoServerLayer": fake.tile_layers[name]}) if name in fake.tile_layers else plain(404)
    if method == "DELETE":
        fake.tile_layers.pop(name)
        return plain(200, f"{name} deleted")
    if not body.startswith("<"):
        return plain(500, "Duplicate field mimeFormats")
    root = parsed(body)
    fake.tile_layers[name] = {
        "name": name,
        "enabled": root.findtext("enabled") == "true",
        "expireCache": int(root.findtext("expireCache") or 0),
        "expireClients": int(root.findtext("expireClients") or 0),
        "gridSubsets": [{"gridSetName": each.text} for each in root.iter("gridSetName")],
        "mimeFormats": [each.text for each in root.findall("mimeFormats/string")],
        "parameterFilters": [],
    }
    return plain(200, "layer saved")


def truncate(fake: Fake, _method: str, _path: str, _query: Json, body: str) -> Answer:
    """Forgets the kept tiles of a layer."""
    name = parsed(body).findtext("layerName") or ""
    fake.tiles = {tile for tile in fake.tiles if not tile.startswith(f"{name}/")}
    return plain(200)


def resource(fake: Fake, method: str, path: str, _query: Json, body: str) -> Answer:
    """A file of the data directory."""
    if method == "PUT":
        fake.texts[path] = body
        return plain(200)
    return Answer(200, "application/xml", fake.texts[path].encode())
