"""The table speaks of everything there is: what is new must be decided upon before it is published."""

from __future__ import annotations

from django.conf import settings

from imis import api_urls
from imis.roles import Role
from layers.catalogue import LAYERS
from tests.matrix import expected
from tests.matrix.checker import ASKERS, LIMITED
from tests.matrix.test_matrix import DOORS


def test_every_role_has_its_line() -> None:
    assert set(expected.OFFICES) == {"", *Role.values}
    assert [each.role for each in ASKERS] == list(expected.OFFICES)
    assert {each.role for each in LIMITED} == set(Role.values)


def test_every_layer_and_band_has_its_line() -> None:
    assert {layer.name: [band.name for band in layer.bands] for layer in LAYERS} == {
        name: list(row.bands) for name, row in expected.LAYERS.items()
    }


def test_each_band_is_asked_for_where_it_is_drawn() -> None:
    for layer in LAYERS:
        for name, facts in expected.LAYERS[layer.name].bands.items():
            band = layer.band_at(facts.zoom)
            assert band is not None and band.name == name


def test_every_rest_address_has_its_line() -> None:
    assert {pattern.name for pattern in api_urls.urlpatterns} - {"schema"} == set(expected.REST)


def test_every_door_of_the_house_takes_part() -> None:
    assert [door.name for door in DOORS] == [
        "tile", "feature", "WFS", "WFS filter", "WMS info", "export", "REST", "QGIS", "click", "panel",
    ]  # fmt: skip
    panels = {"holdings:panel", *(name for name, _permission in settings.HOLDING_PANELS)}
    assert panels == set(expected.PANELS)


def test_the_circles_lie_in_one_another() -> None:
    """No secret is allowed to a stranger, whatever the door."""
    nobody = expected.OFFICES[""]
    for door in DOORS:
        assert not [thing for thing in door.things if expected.allowed_secrets(nobody, door.name, thing)]
