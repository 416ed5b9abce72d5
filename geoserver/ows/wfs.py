"""WFS requests, checked."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from geoserver.desired import MOST_FEATURES
from geoserver.ows import filters
from geoserver.ows.asked import Asked, bands, feature_systems, number, passing
from geoserver.ows.refusals import Refusal
from layers.catalogue import LAYERS
from layers.database import columns_for
from layers.spec import Attribute, Kind

_ID = Attribute("id", Kind.INTEGER, "")
_LONGEST_FILTER = 20_000
GML31, GML32, GEOJSON = "text/xml; subtype=gml/3.1.1", "application/gml+xml; version=3.2", "application/json"
_OUTPUT = {
    **dict.fromkeys(("application/json", "json", "geojson", "application/geo+json"), GEOJSON),
    **dict.fromkeys(("text/xml; subtype=gml/3.1.1", "text/xml;subtype=gml/3.1.1", "gml3"), GML31),
    **dict.fromkeys(("application/gml+xml; version=3.2", "text/xml; subtype=gml/3.2", "gml32"), GML32),
    **dict.fromkeys(("text/xml; subtype=gml/3.2.1", "application/gml+xml;version=3.2"), GML32),
}


def wfs(asked: Asked, given: dict[str, str]) -> Asked:
    """Checks the parameters of a request of this service. Raises Refusal."""
    if asked.operation == "GetCapabilities":
        return passing(asked, (), {})
    names = given.get("typenames") or given.get("typename") or ""
    if asked.operation == "DescribeFeatureType":
        every = [(layer, band) for layer in LAYERS if layer.audience <= asked.audience for band in layer.bands]
        return passing(asked, bands(names, asked.audience) if names else every, {})
    found = bands(names, asked.audience, one=True)
    columns = {each.name: each for each in (_ID, *columns_for(found[0][1], asked.audience))}
    parameters = {
        ("count" if asked.version == "2.0.0" else "maxfeatures"): str(_count(given)),
        **({"startindex": str(number(given, "startindex", 0, 10**9, least=0))} if "startindex" in given else {}),
        **_form(asked, given),
        **_columns(given, columns),
    }
    return passing(asked, found, parameters, condition=_condition(given, columns))


def _count(given: dict[str, str]) -> int:
    wished = [given[name] for name in ("count", "maxfeatures") if given.get(name)]
    if any(not re.fullmatch(r"[0-9]{1,9}", each) for each in wished):
        raise Refusal("InvalidParameterValue", _("COUNT is a number."))
    return min([MOST_FEATURES, *map(int, wished)])


def _form(asked: Asked, given: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    if given.get("outputformat"):
        form = _OUTPUT.get(given["outputformat"].replace("%2F", "/").lower())
        if form is None:
            raise Refusal("InvalidParameterValue", _("Offered: %s") % ", ".join((GML31, GML32, GEOJSON)))
        found["outputformat"] = form
    if given.get("srsname"):
        if given["srsname"] not in feature_systems():
            text = _("The coordinate system is not known here: %s") % given["srsname"][:60]
            raise Refusal("InvalidParameterValue", text)
        found["srsname"] = given["srsname"]
    if given.get("resulttype", "results").lower() == "hits":
        found["resulttype"] = "hits"
    return found


def _columns(given: dict[str, str], columns: filters.Columns) -> dict[str, str]:
    found: dict[str, str] = {}
    if given.get("propertyname", "*") not in ("", "*"):
        names = re.split(r"[,\s]+", given["propertyname"].strip("() "))
        found["propertyname"] = ",".join(filters.column(name, {*columns, "geom"}) for name in names if name)
    if given.get("sortby"):
        found["sortby"] = ",".join(_sorting(part, columns) for part in given["sortby"].split(","))
    return found


def _sorting(text: str, columns: filters.Columns) -> str:
    found = re.fullmatch(r"([\w:/]+)(?:[ +](A|D|ASC|DESC))?", text.strip(), re.ASCII)
    if found is None:
        raise Refusal("InvalidParameterValue", _("SORTBY is not understood."))
    direction = " D" if (found[2] or "").startswith("D") else " A"
    return filters.column(found[1], columns) + direction


def _condition(given: dict[str, str], columns: filters.Columns) -> filters.Condition | None:
    systems = frozenset(feature_systems())
    ids = given.get("featureid") or given.get("resourceid")
    text = given.get("filter")
    if text and len(text) > _LONGEST_FILTER:
        raise Refusal("InvalidParameterValue", _("FILTER must hold one filter of reasonable size."))
    box = None
    if given.get("bbox"):
        parts = given["bbox"].split(",")
        box = filters.box(parts[:4], parts[4] if len(parts) > 4 else "EPSG:3857", systems)
    return filters.every(
        filters.read(text, columns, systems) if text else None,
        filters.by_ids(ids.split(",")[:500]) if ids else None,
        box,
    )
