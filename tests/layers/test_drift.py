"""Every map product agrees with the catalogue; drift planted in any of them is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from geoserver import plan
from geoserver.ows import mapfile
from layers.catalogue import BUILDINGS_BY_TAX_STATUS, LAYERS, ROADS, WARDS
from layers.exports import drawing, legend, maplibre, sld, tilejson
from layers.spec import Layer
from tests.layers import drift, drift_products
from tests.layers.drift import from_catalogue
from tests.layers.drift_products import PRODUCTS, disagreements


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)
@pytest.mark.parametrize("product", PRODUCTS)
def test_a_product_says_what_the_catalogue_says(product: str, layer: Layer) -> None:
    assert list(disagreements(layer, product)) == []


def test_products_speak_of_all_that_there_is() -> None:
    """Facts that are empty everywhere would agree with anything."""
    for layer in LAYERS:
        facts = from_catalogue(layer)
        assert facts.marks and facts.columns and facts.zooms
        for kind in ("marks", "columns", "legend", "zooms"):
            assert any(getattr(read(layer), kind) is not None for read in PRODUCTS.values()), kind
        for read in PRODUCTS.values():
            for kind in ("marks", "columns", "zooms"):
                found = getattr(read(layer), kind)
                assert found is None or found


def _texts(old: str, new: str) -> Callable[[Any], Any]:
    return lambda original: lambda *given: original(*given).replace(old, new)


def _colour(original: Any) -> Any:
    return lambda *given: "#123456"


def _wider(original: Any) -> Any:
    return lambda stops, zoom: original(stops, zoom) * 1.1


def _shifted(original: Any) -> Any:
    return lambda zoom: original(zoom + 1)


def _fewer(original: Any) -> Any:
    return lambda *given: original(*given)[:-1]


def _other_zooms(original: Any) -> Any:
    return lambda band: {**original(band), "minzoom": 0}


def _less_explained(original: Any) -> Any:
    return lambda paint: original(paint)[1:]


def _open_columns(original: Any) -> Any:
    def changed(item: Any, bounds: Any) -> Any:
        document = original(item, bounds)
        document["attributes"]["attribute"].append({"name": "owner_mobile"})
        return document

    return changed


# Where a fault is planted, how, on which layer, and in which product it must be found.
_PLANTED: dict[str, tuple[Any, str, Callable[[Any], Any], Layer, str]] = {
    "a colour misspelt in SLD": (drift, "sld", _texts("#9ccabd", "#9ccabe"), BUILDINGS_BY_TAX_STATUS, "SLD"),
    "a class lost in SLD": (sld, "sorts", _fewer, BUILDINGS_BY_TAX_STATUS, "SLD"),
    "a class lost in MapServer": (mapfile, "sorts", _fewer, BUILDINGS_BY_TAX_STATUS, "MapServer map"),
    "a filter turned round": (drift, "sld", _texts("ogc:Not>", "ogc:And>"), BUILDINGS_BY_TAX_STATUS, "SLD"),
    "another threshold": (drift, "sld", _texts(">25<", ">26<"), BUILDINGS_BY_TAX_STATUS, "SLD"),
    "lines too wide": (drawing, "value_at", _wider, ROADS, "SLD"),
    "lines too wide in MapServer": (drawing, "value_at", _wider, ROADS, "MapServer map"),
    "scales one zoom off": (drawing, "denominator", _shifted, ROADS, "SLD"),
    "a colour of MapLibre": (maplibre, "colour", _colour, ROADS, "MapLibre style"),
    "a width of MapLibre": (maplibre, "by_zoom", lambda original: lambda stops: 3.0, ROADS, "MapLibre style"),
    "a sign unexplained": (legend, "_rows", _less_explained, BUILDINGS_BY_TAX_STATUS, "legend"),
    "tiles at other zooms": (tilejson, "_vector_layer", _other_zooms, WARDS, "TileJSON"),
    "a column too many": (plan.desired, "feature_type", _open_columns, WARDS, "GeoServer plan"),
    "an old style in the plan": (plan.desired, "sld", _texts("#b3a78f", "#b3a790"), WARDS, "GeoServer plan"),
    "a column lost in MapServer": (drift_products, "mapfile", _texts(",zone,", ","), WARDS, "MapServer map"),
}  # fmt: skip


@pytest.mark.parametrize("planted", _PLANTED)
def test_planted_drift_is_found(planted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, name, change, layer, product = _PLANTED[planted]
    assert list(disagreements(layer, product)) == []
    monkeypatch.setattr(module, name, change(getattr(module, name)))
    assert list(disagreements(layer, product)), f"{planted} was not found"


def test_a_change_of_the_catalogue_reaches_every_product(monkeypatch: pytest.MonkeyPatch) -> None:
    """One colour changed in one place: all products follow, so nothing is written down twice."""
    paint = BUILDINGS_BY_TAX_STATUS.features.paints[0]
    classes = (replace(paint.classes[0], colour="#010203"), *paint.classes[1:])
    band = replace(BUILDINGS_BY_TAX_STATUS.features, paints=(replace(paint, classes=classes),))
    changed = replace(BUILDINGS_BY_TAX_STATUS, bands=(*BUILDINGS_BY_TAX_STATUS.bands[:-1], band))
    layers = tuple(changed if each is BUILDINGS_BY_TAX_STATUS else each for each in LAYERS)
    monkeypatch.setattr("geoserver.desired.LAYERS", layers)
    for product in PRODUCTS:
        assert list(disagreements(changed, product)) == []
    assert any("#010203" in str(mark) for mark in PRODUCTS["GeoServer plan"](changed).marks or ())
