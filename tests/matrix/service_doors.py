"""The doors that lead further: `/ows/` with a real map server behind it, and the REST addresses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from xml.sax.saxutils import escape

from django.db.models import Model
from django.urls import reverse

from fsm.models import Request
from holdings.models import Building, Holding
from tests.matrix.checker import Asker, Door, Opened, Seen, Wanted, wanted
from tests.matrix.expected import CITY, LAYERS, PUBLIC, REST
from tests.matrix.map_doors import body_of, described
from tests.matrix.town import middle

_WFS = {"service": "WFS", "version": "2.0.0", "request": "GetFeature"}
_PICTURE = {
    "service": "WMS", "version": "1.3.0", "styles": "", "crs": "EPSG:3857", "width": "101", "height": "101",
}  # fmt: skip
_SIDE = 50
HOSTILE = ("[ward]", "22 OR 1 = 1", "0) or (1=1", 'x\\" OR 1=1', "`2020-01-01' OR 1=1 --`")
_NAMES = {1: "public", 2: "staff", 3: "tax"}


def _wfs(asker: Asker) -> Opened:
    browser = asker.browser()

    def ask(layer: str) -> Iterator[Seen]:
        for name in LAYERS[layer].bands:
            right = wanted(asker, layer, name)
            for address in _addresses(asker, layer):
                query = {**_WFS, "typenames": name, "outputformat": "application/json"}
                yield _as_json(f"{name} at {address}", browser.get(address, query), right)
            yield _as_gml(name, browser.get(reverse("geoserver:door"), {**_WFS, "typenames": name}), right)

    return ask


def _addresses(asker: Asker, layer: str) -> Iterator[str]:
    """The one that follows the person, and that of the layer's own circle, for whoever dares."""
    yield reverse("geoserver:door")
    circle = LAYERS[layer].circle
    if circle > PUBLIC:
        yield reverse("geoserver:audience", args=[_NAMES[circle]])


def _as_json(part: str, answer: Any, right: Wanted | None) -> Seen:
    seen = Seen(part, answer.status_code, right, body=body_of(answer))
    if answer.status_code != 200:
        return seen
    properties = [each["properties"] for each in json.loads(seen.body)["features"]]
    return Seen(**{**vars(seen), **described(properties)})


def _as_gml(name: str, answer: Any, right: Wanted | None) -> Seen:
    """In GML a feature's properties are the elements of the server's own namespace."""
    seen = Seen(f"{name} as GML", answer.status_code, right, body=body_of(answer))
    if answer.status_code == 200:
        elements = re.findall(rb"<(?:ms|gis_\w+):(\w+)[ >]", seen.body)
        wards = re.findall(rb"<(?:ms|gis_\w+):ward>(\d+)<", seen.body)
        seen.columns = frozenset(each.decode() for each in elements) - {"id", "geom", "boundedBy", "msGeometry", name}
        seen.wards = frozenset(int(ward) for ward in wards)
    return seen


def _info(asker: Asker) -> Opened:
    """A click in the middle of each ward, and the map itself."""
    browser, address = asker.browser(), reverse("geoserver:door")

    def ask(layer: str) -> Iterator[Seen]:
        for name in LAYERS[layer].bands:
            right = wanted(asker, layer, name)
            clicks = [browser.get(address, _click(name, ward)) for ward in sorted(CITY)]
            seen = [_as_json(f"{name} clicked", click, right) for click in clicks]
            together = frozenset[Any]().union
            yield Seen(
                seen[0].part, max(each.status for each in seen), right,
                together(*(each.columns or () for each in seen)), together(*(each.wards or () for each in seen)),
                b"".join(each.body for each in seen),
            )  # fmt: skip
            picture = browser.get(address, {**_box(22), "request": "GetMap", "layers": name, "format": "image/png"})
            yield Seen(f"{name} drawn", picture.status_code, right and Wanted(), body=body_of(picture))

    return ask


def _box(ward: int) -> dict[str, str]:
    x, y = middle(ward)
    box = (x - _SIDE, y - _SIDE, x + _SIDE, y + _SIDE)
    return {**_PICTURE, "bbox": ",".join(f"{part:.2f}" for part in box)}


def _click(name: str, ward: int) -> dict[str, str]:
    return {
        **_box(ward), "request": "GetFeatureInfo", "layers": name, "query_layers": name, "i": "50", "j": "50",
        "info_format": "application/json", "feature_count": "50",
    }  # fmt: skip


def _rest(asker: Asker) -> Opened:
    browser = asker.browser()

    def ask(name: str) -> Iterator[Seen]:
        resource = REST[name]
        opened = getattr(asker.office, resource.right)
        for ward, address in _places(name):
            inside = ward is None or ward in asker.wards
            columns = resource.seen_by(asker.office)
            right = Wanted(columns, asker.wards if ward is None else None) if opened and inside else None
            answer = browser.get(address)
            seen = Seen(f"ward {ward}" if ward else "list", answer.status_code, right, body=answer.content)
            if answer.status_code == 200:
                seen = Seen(**{**vars(seen), **_fields(json.loads(answer.content))})
            yield seen

    return ask


_ONE: dict[str, tuple[type[Model], str, str]] = {
    "holding": (Holding, "pk", "ward_id"),
    "holding_dues": (Holding, "holding_id", "ward_id"),
    "building": (Building, "pk", "ward_id"),
    # Of a request that was turned down, so that there is a reason to read.
    "request": (Request, "pk", "ward_id"),
}


def _places(name: str) -> list[tuple[int | None, str]]:
    """The list (None), or the one thing of each ward."""
    if name not in _ONE:
        return [(None, reverse(f"api:{name}"))]
    model, argument, ward = _ONE[name]
    rows = model._default_manager.filter(state="rejected") if model is Request else model._default_manager.all()
    return [(getattr(row, ward), reverse(f"api:{name}", kwargs={argument: row.pk})) for row in rows]


def _fields(document: Any) -> dict[str, frozenset[Any]]:
    rows = document.get("results", document.get("features", [document]))
    flat = [dict(_flat({"id": each["id"], **each["properties"]} if "properties" in each else each)) for each in rows]
    return {
        "columns": frozenset(name for row in flat for name in row),
        "wards": frozenset(row["ward"] for row in flat if "ward" in row),
    }


def _flat(value: dict[str, Any], before: str = "") -> Iterable[tuple[str, Any]]:
    """Each field with its path; a list counts as what is in it."""
    for name, inside in value.items():
        parts = [each for each in (inside if isinstance(inside, list) else [inside]) if isinstance(each, dict)]
        if not parts:
            yield before + name, inside
        for part in parts:
            yield from _flat(part, f"{before}{name}.")


def _filters(asker: Asker) -> Opened:
    """Nobody gets an answer to a value that is no value; a 502 would say that the map server tried it."""
    browser = asker.browser()

    def ask(layer: str) -> Iterator[Seen]:
        for value in HOSTILE:
            given = f"<ValueReference>ward</ValueReference><Literal>{escape(value)}</Literal>"
            text = f"<Filter><PropertyIsEqualTo>{given}</PropertyIsEqualTo></Filter>"
            answer = browser.get(reverse("geoserver:door"), {**_WFS, "typenames": layer, "filter": text})
            yield Seen(repr(value), answer.status_code, None, body=body_of(answer))

    return ask


WFS = Door("WFS", _wfs, frozenset({401, 403, 404}))
FILTER = Door("WFS filter", _filters, frozenset({400, 404}))
INFO = Door("WMS info", _info, frozenset({404}))
API = Door("REST", _rest, frozenset({401, 403, 404}), things=tuple(REST))
