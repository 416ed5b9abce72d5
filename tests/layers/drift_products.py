"""The map products whose facts are compared; a new product is one more line in PRODUCTS."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from geoserver.config import Database, Server, secret_names
from geoserver.ows.mapfile import mapfile
from geoserver.plan import things
from geoserver.things import Document, Style
from layers.exports import drawing
from layers.exports.legend import sections
from layers.exports.tilejson import tilejson
from layers.spec import Audience, Layer
from tests.layers.drift import HIGHEST, Facts, Mark, compared, from_maplibre, from_sld, read_sld

# --- MapServer --------------------------------------------------------------------------------------------------------


def from_mapfile(layer: Layer) -> Facts:
    """Read from the text of the map."""
    text = mapfile(Audience.TAX, "dbname=x", (0.0, 0.0, 1.0, 1.0))
    marks, columns = set(), set()
    for block in re.split(r"\n LAYER\n", text)[1:]:
        name = str(re.search(r'NAME "([^"]+)"', block)[1])  # type: ignore[index]
        band = name.partition(".")[0]
        if band not in {each.name for each in layer.bands}:
            continue
        items = re.search(r'"gml_include_items" "([^"]*)"', block)
        if items:
            columns |= {(band, each) for each in items[1].split(",") if each != "id"}
        marks |= {mark for part in block.split("\n  CLASS\n")[1:] for mark in _mapserver_marks(band, block, part)}
    return Facts(marks=frozenset(marks), columns=frozenset(columns))


def _mapserver_marks(band: str, block: str, part: str) -> Iterator[Mark]:
    def value(name: str, default: str) -> str:
        found = re.search(rf"^ +{name} (.+)$", part, re.M)
        return found[1].strip('"') if found else default

    low, high = float(value("MINSCALEDENOM", "0")), float(value("MAXSCALEDENOM", "1e12"))
    drawn = {"POLYGON": "fill", "LINE": "line", "POINT": "circle"}[str(re.search(r"TYPE (\w+)", block)[1])]  # type: ignore[index]
    width = {"fill": 0.0, "line": float(value("WIDTH", "0")), "circle": float(value("SIZE", "0")) / 2}[drawn]
    opacity = int(value("OPACITY", "100")) / 100
    for zoom in range(0, HIGHEST + 1):
        if low <= drawing.ZOOM_0 / 2**zoom < high:
            features = _mapserver_filter(value("EXPRESSION", ""))
            yield Mark(band, zoom, drawn, value("COLOR", ""), features, round(width, 2), round(opacity, 2))


def _mapserver_filter(text: str) -> tuple[Any, ...]:
    tests, bounds = set(), {}
    for negated, inside in re.findall(r"(NOT )?\(('\[\w+\]' = '[^)]*)\)", text):
        name = str(re.search(r"\[(\w+)\]", inside)[1])  # type: ignore[index]
        values = sorted(re.findall(r"= '([^']*)'", inside))
        tests.add(("not", name, *values) if negated else (name, *values))
    for name, operator, number in re.findall(r"\[(\w+)\] (>=|<) (-?\d+)", text):
        bounds.setdefault(name, [None, None])[0 if operator == ">=" else 1] = int(number)
    return tuple(sorted(tests)) + tuple((name, *both) for name, both in bounds.items())


# --- legend, tiles, GeoServer -----------------------------------------------------------------------------------------


def from_legend(layer: Layer) -> Facts:
    """Read from the rows of the legend."""
    titles = {str(band.title): band.name for band in layer.bands}
    return Facts(
        legend=frozenset((titles[str(each.title)], row.colour) for each in sections([layer]) for row in each.rows)
    )


def from_tilejson(layer: Layer) -> Facts:
    """Read from the TileJSON document."""
    document = json.loads(json.dumps(tilejson(layer, "v", (0, 0, 1, 1))))
    rows = document["vector_layers"]
    return Facts(zooms=frozenset((row["id"], row["minzoom"], row["maxzoom"]) for row in rows))


def from_geoserver(layer: Layer) -> Facts:
    """Read from the plan: what the publisher would make a GeoServer of."""
    secrets = dict.fromkeys(secret_names(), "x")
    plan = things(Server("http://x", secrets=secrets), Database("h", "1", "n", passwords=secrets), (89, 22, 90, 23))
    workspace = Audience.TAX.schema
    bands = {band.name for band in layer.bands}
    columns = {
        (each.wanted["name"], row["name"])
        for each in plan
        if isinstance(each, Document) and each.wrapper == "featureType" and workspace in each.path
        for row in each.wanted["attributes"]["attribute"]
        if each.wanted["name"] in bands and row["name"] not in ("id", "geom")
    }
    styles = [each for each in plan if isinstance(each, Style) and each.workspace == workspace and each.style in bands]
    marks = frozenset(mark for each in styles for mark in read_sld(each.style, each.text))
    return Facts(marks=marks, columns=frozenset(columns))


PRODUCTS: dict[str, Callable[[Layer], Facts]] = {
    "MapLibre style": from_maplibre,
    "SLD": from_sld,
    "MapServer map": from_mapfile,
    "legend": from_legend,
    "TileJSON": from_tilejson,
    "GeoServer plan": from_geoserver,
}


def disagreements(layer: Layer, product: str) -> Iterator[str]:
    """In what a product's facts of a layer are not the catalogue's."""
    return compared(layer, product, PRODUCTS[product](layer))
