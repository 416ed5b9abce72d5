"""The catalogue: every layer of the map, from the ground up; one module a group."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.utils.translation import gettext_lazy as _

from layers.catalogue.administrative import ROADS, WARDS
from layers.catalogue.register import BUILDINGS_LAYER
from layers.catalogue.sludge import SLUDGE
from layers.catalogue.tax import BUILDINGS_BY_TAX_STATUS, STATUSES
from layers.catalogue.utilities import UTILITIES
from layers.spec import Layer

__all__ = [
    "BUILDINGS_BY_TAX_STATUS",
    "BUILDINGS_LAYER",
    "BY_NAME",
    "GROUPS",
    "LAYERS",
    "ROADS",
    "STATUSES",
    "WARDS",
    "shown_at_first",
]

GROUPS = {
    "administrative": _("Administrative"),
    "register": _("Register"),
    "tax": _("Tax"),
    "utilities": _("Utilities"),
    "sludge": _("Faecal sludge"),
}
LAYERS: tuple[Layer, ...] = (WARDS, ROADS, *UTILITIES, BUILDINGS_LAYER, BUILDINGS_BY_TAX_STATUS, *SLUDGE)
BY_NAME = {layer.name: layer for layer in LAYERS}


def shown_at_first(layers: Sequence[Layer], asked: Collection[str] = ()) -> set[str]:
    """Names of the layers that a map shows before anybody chooses, and of those `asked` for.

    That is the ground, and of a theme's alternatives the last. The rest waits: all networks at once hide the city.
    """
    chosen: dict[str, str] = {}
    for layer in layers:
        if layer.theme or layer.group == "administrative":
            chosen[layer.theme or layer.name] = layer.name
    for layer in layers:
        if layer.name in asked:
            chosen[layer.theme or layer.name] = layer.name
    return set(chosen.values())
