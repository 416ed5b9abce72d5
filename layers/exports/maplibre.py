"""The MapLibre style of a set of layers, computed from the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from layers.exports.tilejson import tile_address
from layers.spec import Band, Kind, Layer, Paint

Json = Any
UNKNOWN = "#b9b2a6"


def style(layers: Iterable[Layer], versions: Mapping[str, str]) -> dict[str, Json]:
    """A MapLibre style document; `versions` maps layer names to the version in their tiles' address ("" for none)."""
    chosen = tuple(layers)
    drawn = [
        (paint.level, place, index, layer, band, paint)
        for place, layer in enumerate(chosen)
        for band in layer.bands
        for index, paint in enumerate(band.paints)
    ]
    drawn.sort(key=lambda item: item[:2])
    return {
        "version": 8,
        "sources": {layer.name: _source(layer, versions.get(layer.name, "")) for layer in chosen},
        "layers": [_layer(layer, band, paint, index) for _level, _place, index, layer, band, paint in drawn],
    }


def _source(layer: Layer, version: str) -> dict[str, Json]:
    return {
        "type": "vector",
        "tiles": [tile_address(layer, version)],
        "minzoom": layer.min_zoom,
        "maxzoom": layer.max_zoom,
    }


def _layer(layer: Layer, band: Band, paint: Paint, index: int) -> dict[str, Json]:
    drawn: dict[str, Json] = {
        "id": f"{band.name}:{index}",
        "type": paint.kind,
        "source": layer.name,
        "source-layer": band.name,
        "minzoom": band.min_zoom,
        "metadata": {"layer": layer.name, "band": band.name},
        "paint": {
            f"{paint.kind}-color": colour(band, paint),
            f"{paint.kind}-opacity": by_zoom(paint.opacity),
        },
    }
    if band is not layer.features:
        drawn["maxzoom"] = band.max_zoom + 1
    if paint.only:
        drawn["filter"] = ["match", ["get", paint.only[0]], list(paint.only[1]), True, False]
    if paint.outline:
        drawn["paint"]["circle-stroke-color" if paint.kind == "circle" else "fill-outline-color"] = paint.outline
    if paint.kind == "circle":
        drawn["paint"] |= {"circle-radius": by_zoom(paint.width), "circle-stroke-width": 1 if paint.outline else 0}
    if paint.kind == "line":
        drawn["layout"] = {"line-join": "round", "line-cap": "butt" if paint.dash else "round"}
        drawn["paint"]["line-width"] = by_zoom(paint.width)
    if paint.dash:
        drawn["paint"]["line-dasharray"] = list(paint.dash)
    return drawn


def colour(band: Band, paint: Paint) -> Json:
    """A colour, or the expression that chooses one by the paint's attribute (which the band's tiles must carry)."""
    if not paint.by:
        return paint.colour
    kind = next(each.kind for each in band.tile_attributes if each.name == paint.by)
    if kind is Kind.TEXT:
        pairs = [part for each in paint.classes for part in (each.value, each.colour)]
        return ["match", ["get", paint.by], *pairs, UNKNOWN]
    steps = [part for each in paint.classes[1:] for part in (each.value, each.colour)]
    return ["step", ["get", paint.by], paint.classes[0].colour, *steps]


def by_zoom(stops: tuple[tuple[float, float], ...]) -> Json:
    """One number, or a straight line between the stops."""
    if len(stops) == 1:
        return stops[0][1]
    return ["interpolate", ["linear"], ["zoom"], *(number for stop in stops for number in stop)]
