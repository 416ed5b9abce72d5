"""The legend, computed from the catalogue: what is drawn is what is explained."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.translation import override

from layers.spec import Band, Layer, Paint, Text


@dataclass(frozen=True)
class Row:
    """One sign and its meaning. `shape` is fill, line, dashed or circle."""

    label: Text
    colour: str
    shape: str


@dataclass(frozen=True)
class Section:
    """The signs of a band between two tile zooms."""

    layer: str
    title: Text
    min_zoom: int
    max_zoom: int
    rows: tuple[Row, ...]


def sections(layers: Iterable[Layer]) -> tuple[Section, ...]:
    """The legend of some layers, the topmost first; the features' section reaches to the highest zoom."""
    return tuple(_section(layer, band) for layer in reversed(tuple(layers)) for band in layer.bands)


def _section(layer: Layer, band: Band) -> Section:
    rows = tuple(row for paint in reversed(band.paints) for row in _rows(paint))
    top = 24 if band is layer.features else band.max_zoom
    return Section(layer.name, band.title, band.min_zoom, top, rows)


def _rows(paint: Paint) -> tuple[Row, ...]:
    shape = "dashed" if paint.dash else paint.kind
    if paint.classes:
        return tuple(Row(each.label, each.colour, shape) for each in paint.classes)
    return (Row(paint.label, paint.colour, shape),) if paint.label else ()


def paper_legend(layers: Iterable[Layer]) -> tuple[Section, ...]:
    """The legend as it is printed: each word in both languages, whatever the language of the screen."""
    return tuple(
        replace(
            section,
            title=_both(section.title),
            rows=tuple(replace(row, label=_both(row.label)) for row in section.rows),
        )
        for section in sections(layers)
    )


def _both(text: Text) -> str:
    with override("bn"):
        bangla = str(text)
    with override("en"):
        english = str(text)
    return bangla if bangla == english else f"{bangla} · {english}"
