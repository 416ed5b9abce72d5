"""Reads every map product back into plain facts, so that each can be compared with the catalogue and with the others.

A product joins by a function from a layer to its facts, in `drift_products.PRODUCTS`: the facts are read from what is
handed out (the XML, the JSON, the text), never from the code that made it. `from_catalogue` says what they must be.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from geoserver.xmltext import parsed
from layers.exports import drawing, maplibre
from layers.exports.sld import sld
from layers.spec import Band, Kind, Layer, Paint

Stops = tuple[tuple[float, float], ...]
HIGHEST = 20
UNKNOWN = "#b9b2a6"


@dataclass(frozen=True)
class Mark:
    """One sign at one zoom: what is painted, in which colour, on which features, how wide and how opaque."""

    band: str
    zoom: int
    kind: str
    colour: str
    features: tuple[Any, ...]
    width: float
    opacity: float


@dataclass(frozen=True)
class Facts:
    """What a product says of a layer; None where it does not speak of such a thing."""

    marks: frozenset[Mark] | None = None
    columns: frozenset[tuple[str, str]] | None = None
    legend: frozenset[tuple[str, str]] | None = None
    zooms: frozenset[tuple[str, int, int]] | None = None


def compared(layer: Layer, product: str, seen: Facts) -> Iterator[str]:
    """In what a product's facts of a layer are not the catalogue's."""
    wanted = from_catalogue(layer)
    for kind in ("marks", "columns", "legend", "zooms"):
        one, other = getattr(wanted, kind), getattr(seen, kind)
        if other is not None and kind == "columns":
            one = frozenset(pair for pair in one if pair[0] in {band for band, _name in other})
        for extra in sorted(map(str, (other or one) ^ one))[:5] if other is not None else ():
            yield f"{product}: {kind}: {extra}"


def from_catalogue(layer: Layer) -> Facts:
    """The facts as the catalogue means them."""
    return Facts(
        marks=frozenset(mark for band in layer.bands for mark in _marks(layer, band)),
        columns=frozenset((band.name, each.name) for band in layer.bands for each in band.attributes),
        legend=frozenset(
            (band.name, colour) for band in layer.bands for paint in band.paints for colour in _explained(paint)
        ),
        zooms=frozenset((band.name, band.min_zoom, band.max_zoom) for band in layer.bands),
    )


def _explained(paint: Paint) -> list[str]:
    return [each.colour for each in paint.classes] or ([paint.colour] if paint.label else [])


def _zooms(layer: Layer, band: Band) -> range:
    return range(band.min_zoom, (HIGHEST if band is layer.features else band.max_zoom) + 1)


def _marks(layer: Layer, band: Band) -> Iterator[Mark]:
    for paint in band.paints:
        for zoom in _zooms(layer, band):
            opacity = _at(paint.opacity, zoom)
            if not opacity:
                continue
            width = _at(paint.width, zoom) if paint.kind != "fill" else 0.0
            for colour, features in _sorts(band, paint):
                yield Mark(band.name, zoom, paint.kind, colour, features, round(width, 2), round(opacity, 2))


def _sorts(band: Band, paint: Paint) -> Iterator[tuple[str, tuple[Any, ...]]]:
    only = ((paint.only[0], *sorted(paint.only[1])),) if paint.only else ()
    if not paint.by:
        yield paint.colour, only
        return
    if next(each.kind for each in band.attributes if each.name == paint.by) is Kind.TEXT:
        for each in paint.classes:
            yield each.colour, tuple(sorted({*only, (paint.by, str(each.value))}))
        yield UNKNOWN, tuple(sorted({*only, ("not", paint.by, *sorted(str(each.value) for each in paint.classes))}))
        return
    bounds = [None, *(int(each.value) for each in paint.classes[1:]), None]
    for place, each in enumerate(paint.classes):
        yield each.colour, (*only, (paint.by, bounds[place], bounds[place + 1]))


def _at(stops: Stops, zoom: float) -> float:
    """Linear between two stops, as MapLibre has it."""
    before = [stop for stop in stops if stop[0] <= zoom]
    after = [stop for stop in stops if stop[0] > zoom]
    if not before or not after:
        return (before[-1] if before else after[0])[1]
    (low, first), (high, second) = before[-1], after[0]
    return first + (second - first) * (zoom - low) / (high - low)


# --- MapLibre ---------------------------------------------------------------------------------------------------------


def from_maplibre(layer: Layer) -> Facts:
    """Read from the JSON of the style."""
    document = json.loads(json.dumps(maplibre.style([layer], {})))
    marks = set()
    for each in document["layers"]:
        kind, paint = each["type"], each["paint"]
        size = {"line": "line-width", "circle": "circle-radius"}.get(kind)
        for zoom in range(each["minzoom"], min(each.get("maxzoom", HIGHEST + 1), HIGHEST + 1)):
            opacity = _evaluated(paint[f"{kind}-opacity"], zoom)
            width = _evaluated(paint[size], zoom) if size else 0.0
            for colour, features in _maplibre_sorts(paint[f"{kind}-color"], each.get("filter")):
                if opacity:
                    marks.add(
                        Mark(each["source-layer"], zoom, kind, colour, features, round(width, 2), round(opacity, 2))
                    )
    return Facts(marks=frozenset(marks))


def _evaluated(value: Any, zoom: int) -> float:
    if not isinstance(value, list):
        return float(value)
    numbers = value[3:]
    return _at(tuple(zip(numbers[::2], numbers[1::2], strict=True)), zoom)


def _maplibre_sorts(colour: Any, only: Any) -> Iterator[tuple[str, tuple[Any, ...]]]:
    shared = ((only[1][1], *sorted(only[2])),) if only else ()
    if isinstance(colour, str):
        yield colour, shared
    elif colour[0] == "match":
        pairs = list(zip(colour[2:-1:2], colour[3:-1:2], strict=True))
        for value, each in pairs:
            yield each, tuple(sorted({*shared, (colour[1][1], value)}))
        yield colour[-1], tuple(sorted({*shared, ("not", colour[1][1], *sorted(value for value, _each in pairs))}))
    else:
        bounds = [None, *colour[3::2], None]
        for place, each in enumerate(colour[2::2]):
            yield each, (*shared, (colour[1][1], bounds[place], bounds[place + 1]))


# --- SLD --------------------------------------------------------------------------------------------------------------


def from_sld(layer: Layer) -> Facts:
    """Read from the XML of the styles."""
    return Facts(marks=frozenset(mark for band in layer.bands for mark in read_sld(band.name, sld(layer, band))))


def read_sld(band: str, text: str) -> Iterator[Mark]:
    """The marks of an SLD document at whole zooms."""
    for rule in _all(parsed(re.sub(r"(</?)(?:sld|ogc):", r"\1", text)), "Rule"):
        limits = [float(rule.findtext(name) or default) for name, default in _LIMITS]
        kind, look = _symbol(rule)
        for zoom in range(0, HIGHEST + 1):
            if limits[0] <= drawing.ZOOM_0 / 2**zoom < limits[1]:
                yield Mark(band, zoom, kind, look[0], _sld_filter(rule), look[1], look[2])


_LIMITS = (("MinScaleDenominator", 0), ("MaxScaleDenominator", 1e12))


def _all(node: Any, name: str) -> list[Any]:
    return [each for each in node.iter() if each.tag.rpartition("}")[2] == name]


def _symbol(rule: Any) -> tuple[str, tuple[str, float, float]]:
    css = {each.get("name"): each.text for each in _all(rule, "CssParameter")}
    if _all(rule, "LineSymbolizer"):
        return "line", (css["stroke"], round(float(css["stroke-width"]), 2), round(float(css["stroke-opacity"]), 2))
    opacity = round(float(css["fill-opacity"]), 2)
    if _all(rule, "PointSymbolizer"):
        return "circle", (css["fill"], round(float(_all(rule, "Size")[0].text) / 2, 2), opacity)
    return "fill", (css["fill"], 0.0, opacity)


def _sld_filter(rule: Any) -> tuple[Any, ...]:
    found: dict[str, Any] = {}
    tests: set[tuple[Any, ...]] = set()
    for node in [node for each in _all(rule, "Filter") for node in _terms(each[0])]:
        tag = node.tag
        if tag == "Not":
            pairs = [_pair(each) for each in _all(node, "PropertyIsEqualTo")]
            tests.add(("not", pairs[0][0], *sorted(value for _name, value in pairs)))
        elif tag in ("PropertyIsEqualTo", "Or"):
            pairs = [_pair(each) for each in _all(node, "PropertyIsEqualTo")]
            tests.add((pairs[0][0], *sorted(value for _name, value in pairs)))
        else:
            name, value = _pair(node)
            place = 0 if tag == "PropertyIsGreaterThanOrEqualTo" else 1
            found.setdefault(name, [None, None])[place] = int(value)
    return tuple(sorted(tests)) + tuple((name, *bounds) for name, bounds in found.items())


def _terms(node: Any) -> list[Any]:
    return [term for each in node for term in _terms(each)] if node.tag == "And" else [node]


def _pair(node: Any) -> tuple[str, str]:
    return str(node.findtext("PropertyName")), str(node.findtext("Literal"))
