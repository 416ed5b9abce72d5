"""What a click on the map brings: what stands there, and the panels of the holding with its people."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from django.urls import reverse

from holdings.models import Holding
from layers.features import EARTH
from tests.matrix.checker import Asker, Door, Opened, Seen, Wanted, wanted
from tests.matrix.expected import CITY, PANELS
from tests.matrix.town import middle

_PART = re.compile(r'<section class="map-found" data-layer="(\w+)">(.*?)</section>', re.S)


def _clicks(asker: Asker) -> Opened:
    """One click in the middle of each ward. Facts are told by their titles, so they are counted."""
    browser = asker.browser()

    def ask(layer: str) -> Iterator[Seen]:
        right = wanted(asker, layer, layer) if asker.office.opens_map else None
        wards, counted, body, status = set(), set(), b"", 200
        for ward in CITY:
            answer = browser.get(reverse("layers:info"), {**_place(ward), "zoom": "16", "layers": layer})
            found = _PART.findall(answer.content.decode())
            status, body = max(status, answer.status_code), body + answer.content
            wards |= {ward} if found else set()
            counted |= {inside.count("<dt>") for name, inside in found if name == layer}
        if right is not None and right.columns is not None and counted == {len(right.columns)}:
            columns = right.columns
        else:
            columns = frozenset(f"{count} facts" for count in counted)
        yield Seen("click", status if wards or status > 200 else 404, right, columns, frozenset(wards), body)

    return ask


def _place(ward: int) -> dict[str, str]:
    x, y = middle(ward)
    latitude = math.degrees(2 * math.atan(math.exp(y / EARTH)) - math.pi / 2)
    return {"lat": f"{latitude:.8f}", "lng": f"{math.degrees(x / EARTH):.8f}"}


def _panels(asker: Asker) -> Opened:
    browser = asker.browser()

    def ask(route: str) -> Iterator[Seen]:
        opened = getattr(asker.office, PANELS[route][0])
        for holding in Holding.objects.order_by("ward"):
            answer = browser.get(reverse(route, args=[holding.pk]))
            right = Wanted() if opened and holding.ward_id in asker.wards else None
            yield Seen(f"ward {holding.ward_id}", answer.status_code, right, body=answer.content)

    return ask


CLICK = Door("click", _clicks, frozenset({302, 403, 404}))
PANEL = Door("panel", _panels, frozenset({302, 403, 404}), things=tuple(PANELS))
