"""SQL, attributes, style and legend of every layer agree; each kind of drift is planted once and found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.utils import translation

from layers.catalogue import BUILDINGS_BY_TAX_STATUS, BUILDINGS_LAYER, GROUPS, LAYERS, WARDS
from layers.exports.legend import sections
from layers.exports.maplibre import style
from layers.exports.tilejson import tilejson
from layers.spec import SQL_DIR, Attribute, Audience, Band, Class, Kind, Layer

_COLOUR = re.compile(r"#[0-9a-f]{6}")
_OIDS = {16: Kind.BOOLEAN, 23: Kind.INTEGER, 25: Kind.TEXT, 701: Kind.NUMBER, 1082: Kind.DATE}


def drift(layer: Layer) -> Iterator[str]:
    """What of a layer's parts does not agree."""
    yield from _names(layer)
    for band in layer.bands:
        yield from _columns(band)
        yield from _paints(layer, band)
        for attribute in band.tile_attributes:
            if attribute.audience > layer.audience:
                yield f"{band.name}.{attribute.name}: tiles would show it to too many"
    yield from _drawing(layer)


def _names(layer: Layer) -> Iterator[str]:
    if layer.features.name != layer.name:
        yield "the last band has another name than the layer"
    if layer.group not in GROUPS:
        yield f"no group {layer.group}"
    if layer.audience is Audience.PUBLIC and not layer.sources:
        yield "a public layer without sources would be kept for ever by caches"
    for lower, upper in zip(layer.bands, layer.bands[1:], strict=False):
        if lower.max_zoom + 1 != upper.min_zoom:
            yield f"gap or overlap between {lower.name} and {upper.name}"


def _columns(band: Band) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({band.sql}) f LIMIT 0", {"fiscal_year": 2026})
        columns = {column.name: column.type_code for column in cursor.description}
    declared = {attribute.name: attribute.kind for attribute in band.attributes}
    if set(columns) != {"id", "geom", *declared}:
        yield f"{band.name}: columns {sorted(columns)} against {sorted(declared)}"
    for name, kind in declared.items():
        if name in columns and _OIDS.get(columns[name]) is not kind:
            yield f"{band.name}.{name} is not {kind}"


def _paints(layer: Layer, band: Band) -> Iterator[str]:
    carried = {attribute.name for attribute in band.tile_attributes}
    if "ward" not in carried:
        yield f"{band.name}: no ward, the ward filter would hide it"
    for paint in band.paints:
        for used in filter(None, (paint.by, paint.only[0] if paint.only else "")):
            if used not in carried:
                yield f"{band.name}: paints by {used}, which tiles do not carry"
        if bool(paint.by) != bool(paint.classes):
            yield f"{band.name}: an attribute without classes or classes without an attribute"
        for colour in (paint.colour, *(each.colour for each in paint.classes)):
            if not _COLOUR.fullmatch(colour):
                yield f"{band.name}: {colour} is no colour"


def _drawing(layer: Layer) -> Iterator[str]:
    """Every class colour stands in the style and in the legend, and the legend explains nothing else."""
    drawn = repr(style([layer], {})["layers"])
    explained = {row.colour for section in sections([layer]) for row in section.rows}
    classes = {each.colour for band in layer.bands for paint in band.paints for each in paint.classes}
    labelled = {paint.colour for band in layer.bands for paint in band.paints if paint.label}
    if explained != classes | labelled:
        yield f"legend: {sorted(explained ^ (classes | labelled))}"
    for colour in explained:
        if colour not in drawn:
            yield f"{colour} is explained but not drawn"


@pytest.mark.django_db
@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)
def test_the_parts_of_a_layer_agree(layer: Layer) -> None:
    assert list(drift(layer)) == []


def _with_features(layer: Layer, **changes: Any) -> Layer:
    return replace(layer, bands=(*layer.bands[:-1], replace(layer.features, **changes)))


_TAX = BUILDINGS_BY_TAX_STATUS
# What is planted, and a word of the complaint it must raise.
_PLANTED = {
    ("missing column", "columns"): _with_features(
        WARDS, attributes=(*WARDS.features.attributes, Attribute("area", Kind.INTEGER, "Area"))
    ),
    ("undeclared column", "columns"): _with_features(WARDS, attributes=WARDS.features.attributes[:-1]),
    ("wrong type", "is not"): _with_features(
        WARDS, attributes=(replace(WARDS.features.attributes[0], kind=Kind.TEXT), *WARDS.features.attributes[1:])
    ),
    ("paint by what tiles lack", "do not carry"): _with_features(
        _TAX, paints=(replace(_TAX.features.paints[0], by="oldest_unpaid_year"),)
    ),
    ("too open", "too many"): replace(_TAX, audience=Audience.PUBLIC, sources=("tax_standing",)),
    ("public but never dated", "without sources"): replace(WARDS, sources=()),
    ("no such group", "no group"): replace(WARDS, group="elsewhere"),
    ("gap in zooms", "gap"): replace(BUILDINGS_LAYER, bands=(BUILDINGS_LAYER.bands[0], BUILDINGS_LAYER.features)),
    ("colour misspelt", "is no colour"): _with_features(
        _TAX, paints=(replace(_TAX.features.paints[0], classes=(Class("paid", "Paid", "green"),)),)
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("planted", _PLANTED, ids=lambda planted: planted[0])
def test_planted_drift_is_found(planted: tuple[str, str]) -> None:
    assert next((found for found in drift(_PLANTED[planted]) if planted[1] in found), "")


@pytest.mark.django_db
def test_the_status_classes_are_those_the_sql_gives() -> None:
    given = set(re.findall(r"(?:THEN|ELSE) '(\w+)'", _TAX.features.sql))
    assert given == {each.value for each in _TAX.features.paints[0].classes}


def test_every_sql_file_is_used() -> None:
    bands = {band.name for layer in LAYERS for band in layer.bands}
    helpers = {
        "fill_cells",
        "fill_wards",
        "fold_changes",
        "0002_changes",
        "0002_changes_reverse",
        "0003_plants_changes",
        "0003_plants_changes_reverse",
    }
    assert {path.stem for path in SQL_DIR.glob("*.sql")} == bands | helpers


def test_no_layer_transforms_a_geometry_column() -> None:
    for layer in LAYERS:
        for band in layer.bands:
            assert "ST_Transform" not in band.sql, band.name


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)
def test_tilejson_names_what_tiles_carry(layer: Layer) -> None:
    document = tilejson(layer, "v1", (89.0, 22.0, 90.0, 23.0), "https://map.example")
    assert document["tiles"] == [f"https://map.example/map/tiles/{layer.name}/{{z}}/{{x}}/{{y}}.mvt?v=v1"]
    assert [each["id"] for each in document["vector_layers"]] == [band.name for band in layer.bands]
    assert set(document["vector_layers"][-1]["fields"]) == {each.name for each in layer.features.tile_attributes}
    assert (document["minzoom"], document["maxzoom"]) == (layer.min_zoom, layer.max_zoom)


def test_the_style_draws_summaries_below_streets_below_buildings_below_boundaries() -> None:
    order = [each["id"] for each in style(LAYERS, {})["layers"]]
    marks = [
        "wards:0",
        "wards:1",
        "buildings_by_cell:0",
        "roads:0",
        "buildings:0",
        "buildings_by_tax_status:0",
        "wards:2",
    ]
    assert sorted(marks, key=order.index) == marks


def test_titles_speak_the_active_language() -> None:
    with translation.override("en"):
        assert str(WARDS.title) == "Wards"
    with translation.override("bn"):
        assert str(_TAX.features.paints[0].classes[0].label) != ""
