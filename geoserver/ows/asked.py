"""A request to the door, checked: only known operations, parameters and values; all else is refused or dropped.

What goes on to the map server is written anew from the checked values, each parameter once. So nothing reaches it
that this file does not name: no SLD, no CQL, no stored query, no other format, no address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _

from geoserver.desired import group_name
from geoserver.ows import filters
from geoserver.ows.refusals import Refusal
from layers.catalogue import LAYERS
from layers.spec import Audience, Band, Layer

OPERATIONS = {
    "WMS": {"GetCapabilities", "GetMap", "GetFeatureInfo", "GetLegendGraphic"},
    "WFS": {"GetCapabilities", "DescribeFeatureType", "GetFeature"},
    "WMTS": {"GetCapabilities", "GetTile"},
}
VERSIONS = {"WMS": ("1.3.0", "1.1.1"), "WFS": ("2.0.0", "1.1.0"), "WMTS": ("1.0.0",)}
# They would bring in a style, a condition or an address from outside.
_FORBIDDEN = {"sld", "sld_body", "cql_filter", "viewparams", "env", "storedquery_id", "remote_ows_url", "map", "wards"}


@dataclass(frozen=True)
class Asked:
    """A checked request: what to do with which bands, and the parameters for the map server."""

    service: str
    operation: str
    version: str
    audience: Audience
    bands: tuple[tuple[Layer, Band], ...] = ()
    parameters: dict[str, str] = field(default_factory=dict)
    condition: filters.Condition | None = None

    @property
    def scoped(self) -> bool:
        """Whether any of the layers shows a person only the wards of their work."""
        return any(layer.scoped for layer, _band in self.bands)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the bands."""
        return tuple(band.name for _layer, band in self.bands)


def each_once(query: QueryDict) -> dict[str, str]:
    """The parameters, each of which may be given once. Raises Refusal for a forbidden or doubled one."""
    given: dict[str, str] = {}
    for key, values in query.lists():
        name = key.lower()
        if name in _FORBIDDEN:
            raise Refusal("InvalidParameterValue", _("%s is not allowed here.") % name.upper(), 403)
        if name in given or len(values) > 1:
            raise Refusal("InvalidParameterValue", _("%s is given twice.") % name[:40].upper())
        if any(ord(sign) < 32 and sign not in "\t\n\r" for sign in values[0]):
            raise Refusal("InvalidParameterValue", _("%s holds a sign that no text has.") % name[:40].upper())
        given[name] = values[0]
    return given


def version(given: dict[str, str], service: str) -> str:
    """The version to speak. Raises Refusal for one that is not offered."""
    known = VERSIONS[service]
    wished = given.get("version") or ""
    if given.get("request", "").lower() == "getcapabilities":
        accepted = [each for each in given.get("acceptversions", "").split(",") if each in known]
        return wished if wished in known else accepted[0] if accepted else known[0]
    if wished and wished not in known:
        raise Refusal("InvalidParameterValue", _("Versions offered: %s") % ", ".join(known))
    return wished or known[0]


def passing(
    asked: Asked,
    bands: Iterable[tuple[Layer, Band]],
    parameters: dict[str, str],
    condition: filters.Condition | None = None,
) -> Asked:
    """The request with what goes on to the map server."""
    return Asked(
        asked.service,
        asked.operation,
        asked.version,
        asked.audience,
        tuple(bands),
        {"service": asked.service, "version": asked.version, "request": asked.operation, **parameters},
        condition,
    )


def bands(names: str, audience: Audience, *, one: bool = False) -> list[tuple[Layer, Band]]:
    """The bands behind layer names; a layer's own group stands for all its bands. Raises Refusal for any other name."""
    known = {
        name: [(layer, band) for band in bands]
        for layer in LAYERS
        if layer.audience <= audience
        for name, bands in (
            (group_name(layer), layer.bands),
            *((band.name, (band,)) for band in layer.bands),
        )
    }
    found: list[tuple[Layer, Band]] = []
    for written in names.split(","):
        prefix, _colon, name = written.strip().rpartition(":")
        if name not in known or prefix not in ("", audience.schema, "ms"):
            raise Refusal("LayerNotDefined", _("There is no layer of that name: %s") % written[:60], 404)
        found += known[name]
    if one and len(found) != 1:
        raise Refusal("InvalidParameterValue", _("Ask for one layer at a time."))
    return found


def map_systems() -> tuple[str, ...]:
    """The coordinate systems of maps."""
    return ("EPSG:3857", "EPSG:4326", f"EPSG:{settings.CITY_METRIC_SRID}", "EPSG:900913")


def feature_systems() -> tuple[str, ...]:
    """The same as WFS writes them."""
    numbers = ("3857", "4326", str(settings.CITY_METRIC_SRID))
    return tuple(
        form + number
        for form in ("EPSG:", "urn:ogc:def:crs:EPSG::", "http://www.opengis.net/def/crs/EPSG/0/")
        for number in numbers
    )


def number(given: dict[str, str], name: str, default: int | None, most: int, *, least: int = 1) -> int:
    """A whole number within limits. Raises Refusal."""
    text = given.get(name) or ("" if default is None else str(default))
    if not re.fullmatch(r"[0-9]{1,10}", text) or not least <= int(text) <= most:
        limits = {"name": name.upper(), "least": least, "most": most}
        raise Refusal("InvalidParameterValue", _("%(name)s is a number from %(least)s to %(most)s.") % limits)
    return int(text)
