"""How a band is drawn by programs that know scale denominators and constant widths: SLD, MapServer, QGIS.

MapLibre draws by zoom, with widths that grow between stops. Here each whole zoom becomes one step that holds the value
MapLibre draws at that zoom, so that at whole zooms every program draws the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import translation

from layers.exports.maplibre import UNKNOWN
from layers.spec import Attribute, Band, Kind, Layer, Paint, Text

# Scale denominator at zoom 0: the equator on 512 pixels of 0.28 mm (OGC).
ZOOM_0 = 279_541_132.0143589
# A limit lies a thousandth beyond its zoom, so that a program at exactly that zoom is inside on either side.
_SLACK = 1.001
_LAST_STEP = 22

Stops = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Test:
    """A condition on an attribute: it is one of `values` (`negated`: none of them), or lies in [at_least, below)."""

    attribute: Attribute
    values: tuple[str, ...] = ()
    negated: bool = False
    at_least: int | None = None
    below: int | None = None


@dataclass(frozen=True)
class Step:
    """A span of zooms in which width (px) and opacity stay as MapLibre draws them at `min_zoom`; the end is excluded,
    None for none."""

    min_zoom: int
    end_zoom: int | None
    width: float
    opacity: float

    @property
    def max_denominator(self) -> float:
        """The smallest scale (largest denominator) at which it is drawn."""
        return denominator(self.min_zoom)

    @property
    def min_denominator(self) -> float:
        """The largest scale at which it is drawn; 0 for no limit."""
        return 0.0 if self.end_zoom is None else denominator(self.end_zoom)


@dataclass(frozen=True)
class Sort:
    """Features drawn alike: their label in the legend ("" for none), colour and conditions."""

    label: Text
    colour: str
    tests: tuple[Test, ...]


def denominator(zoom: float) -> float:
    """The scale denominator of a zoom, with the slack."""
    return round(ZOOM_0 / 2**zoom * _SLACK, 3)


def zoom_of(scale: float) -> int:
    """The zoom whose limit a denominator is, which `denominator` made."""
    return next(zoom for zoom in range(30) if abs(denominator(zoom) / scale - 1) < 1e-4)


def spoken(text: Text, language: str) -> str:
    """A text of the catalogue in one language (`bn` or `en`)."""
    with translation.override(language):
        return str(text)


def painted(band: Band) -> tuple[Paint, ...]:
    """The paints of a band in the order of drawing."""
    return tuple(sorted(band.paints, key=lambda paint: paint.level))


def value_at(stops: Stops, zoom: float) -> float:
    """The value between two stops, linear, as MapLibre's `interpolate` gives it."""
    if zoom <= stops[0][0]:
        return stops[0][1]
    for (low, first), (high, second) in zip(stops, stops[1:], strict=False):
        if zoom <= high:
            return round(first + (second - first) * (zoom - low) / (high - low), 3)
    return stops[-1][1]


def steps(layer: Layer, band: Band, paint: Paint) -> tuple[Step, ...]:
    """The spans of zooms in which a paint is drawn, equal neighbours joined, invisible ones left out."""
    last = layer.features is band
    top = _LAST_STEP if last else band.max_zoom
    found: list[Step] = []
    for zoom in range(band.min_zoom, top + 1):
        width = value_at(paint.width, zoom) if paint.width else 1.0
        opacity = value_at(paint.opacity, zoom)
        end = None if last and zoom == top else zoom + 1
        before = found[-1] if found else None
        if before and (before.width, before.opacity) == (width, opacity):
            found[-1] = Step(before.min_zoom, end, width, opacity)
        else:
            found.append(Step(zoom, end, width, opacity))
    return tuple(step for step in found if step.opacity > 0)


def sorts(band: Band, paint: Paint) -> tuple[Sort, ...]:
    """The sorts of features that a paint tells apart, those of no class last."""
    shared = _only(band, paint)
    if not paint.by:
        return (Sort(paint.label, paint.colour, shared),)
    attribute = _attribute(band, paint.by)
    if attribute.kind is Kind.TEXT:
        return tuple(_by_text(attribute, paint, shared))
    return tuple(_by_number(attribute, paint, shared))


def _by_text(attribute: Attribute, paint: Paint, shared: tuple[Test, ...]) -> Iterator[Sort]:
    for each in paint.classes:
        yield Sort(each.label, each.colour, (*shared, Test(attribute, (str(each.value),))))
    known = tuple(str(each.value) for each in paint.classes)
    yield Sort("", UNKNOWN, (*shared, Test(attribute, known, negated=True)))


def _by_number(attribute: Attribute, paint: Paint, shared: tuple[Test, ...]) -> Iterator[Sort]:
    bounds = [int(each.value) for each in paint.classes]
    for place, each in enumerate(paint.classes):
        low = bounds[place] if place else None
        high = bounds[place + 1] if place + 1 < len(bounds) else None
        bounded = () if low is high is None else (Test(attribute, at_least=low, below=high),)
        yield Sort(each.label, each.colour, (*shared, *bounded))


def _only(band: Band, paint: Paint) -> tuple[Test, ...]:
    return (Test(_attribute(band, paint.only[0]), paint.only[1]),) if paint.only else ()


def _attribute(band: Band, name: str) -> Attribute:
    return next(each for each in band.attributes if each.name == name)
