"""WMS and WMTS requests, checked."""

from __future__ import annotations

import re

from django.conf import settings
from django.utils.translation import gettext as _

from geoserver.desired import INFO_FORMATS
from geoserver.ows import filters
from geoserver.ows.asked import Asked, bands, map_systems, number, passing
from geoserver.ows.refusals import Refusal
from layers.spec import Audience

MOST_PIXELS, LONGEST_SIDE = 16_777_216, 4096


def wms(asked: Asked, given: dict[str, str]) -> Asked:
    """Checks the parameters of a request of this service. Raises Refusal."""
    if asked.operation == "GetCapabilities":
        return passing(asked, (), {})
    if asked.operation == "GetLegendGraphic":
        found = bands(given.get("layer", ""), asked.audience)
        size = {side: str(number(given, side, 20, 200)) for side in ("width", "height")}
        language = (
            settings.LANGUAGE_CODE if given.get("language") not in dict(settings.LANGUAGES) else given["language"]
        )
        scale = (
            {"scale": given["scale"]} if re.fullmatch(r"[0-9]{1,10}(\.[0-9]{1,10})?", given.get("scale", "")) else {}
        )
        return passing(asked, found[-1:], {"format": "image/png", "language": language, **size, **scale})
    found = bands(given.get("layers", ""), asked.audience)
    if len(found) > 60:
        raise Refusal("InvalidParameterValue", _("Ask for fewer layers at a time."))
    _styles(given.get("styles", ""), asked.audience)
    shared = _picture(asked, given)
    if asked.operation == "GetMap":
        return passing(asked, found, {**shared, "format": _format(given), **_background(given)})
    return passing(asked, bands(given.get("query_layers", ""), asked.audience), {**shared, **_point(asked, given)})


def _styles(text: str, audience: Audience) -> None:
    """Each layer has one style, its own."""
    for each in filter(None, text.split(",")):
        if each != "default":
            bands(each, audience)


def _picture(asked: Asked, given: dict[str, str]) -> dict[str, str]:
    width, height = (number(given, side, None, LONGEST_SIDE) for side in ("width", "height"))
    if width * height > MOST_PIXELS:
        raise Refusal("InvalidParameterValue", _("The picture is too large."))
    key = "crs" if asked.version == "1.3.0" else "srs"
    system = given.get("crs") or given.get("srs") or ""
    if system not in {*map_systems(), "CRS:84"}:
        raise Refusal("InvalidCRS", _("The coordinate system is not known here: %s") % system[:60])
    filters.box(given.get("bbox", "").split(","), system, frozenset({system}))
    return {key: system, "bbox": given["bbox"], "width": str(width), "height": str(height)}


def _format(given: dict[str, str]) -> str:
    asked = given.get("format", "image/png")
    form = {"image/png8": "image/png; mode=8bit", "image/jpg": "image/jpeg"}.get(asked, asked).replace(" ", "")
    form = {"image/png;mode=8bit": "image/png; mode=8bit"}.get(form, form)
    if form not in ("image/png", "image/jpeg", "image/png; mode=8bit"):
        raise Refusal("InvalidFormat", _("A map is a PNG or a JPEG picture."))
    return form


def _background(given: dict[str, str]) -> dict[str, str]:
    found = {"transparent": "TRUE" if given.get("transparent", "").lower() == "true" else "FALSE"}
    if re.fullmatch(r"0x[0-9A-Fa-f]{6}", given.get("bgcolor", "")):
        found["bgcolor"] = given["bgcolor"]
    return found


def _point(asked: Asked, given: dict[str, str]) -> dict[str, str]:
    across, down = ("i", "j") if asked.version == "1.3.0" else ("x", "y")
    form = given.get("info_format", "application/json")
    form = "application/json" if form == "geojson" else form
    if form not in INFO_FORMATS:
        raise Refusal("InvalidFormat", _("Offered: %s") % ", ".join(INFO_FORMATS))
    return {
        across: str(number(given, across, None, LONGEST_SIDE, least=0)),
        down: str(number(given, down, None, LONGEST_SIDE, least=0)),
        "info_format": form,
        "feature_count": str(number(given, "feature_count", 1, 50)),
    }


def wmts(asked: Asked, given: dict[str, str]) -> Asked:
    """Checks the parameters of a request of this service. Raises Refusal."""
    if asked.operation == "GetCapabilities":
        return passing(asked, (), {})
    found = bands(given.get("layer", ""), asked.audience, one=True)
    numbers = {name: str(number(given, name, None, 2**24, least=0)) for name in ("tilerow", "tilecol")}
    zoom = re.fullmatch(r"(?:EPSG:900913:)?([0-9]{1,2})", given.get("tilematrix", ""))
    if zoom is None or given.get("tilematrixset") != "EPSG:900913" or given.get("format", "image/png") != "image/png":
        raise Refusal("InvalidParameterValue", _("Tiles are PNG in EPSG:900913."))
    matrix = {"tilematrixset": "EPSG:900913", "tilematrix": f"EPSG:900913:{zoom[1]}", "format": "image/png"}
    return passing(asked, found, {"style": "", **matrix, **numbers})
