"""The map page, its building panel, and the documents computed from the catalogue."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_POST

from holdings.models import Building, Holding
from imis.access import permission_required, require_ward, ward_scope
from imis.bangla import date_in, digits
from imis.models import User
from imis.roles import Permission, may
from layers import access, queries
from layers.catalogue import BY_NAME, GROUPS, shown_at_first
from layers.exports.legend import paper_legend, sections
from layers.exports.maplibre import style
from layers.exports.tilejson import tilejson
from layers.services import ask_for_summaries
from layers.spec import Layer
from layers.versions import data_version, full_version
from layers.words import map_words


@permission_required(Permission.SEE_MAP)
@require_GET
def map_page(request: HttpRequest) -> HttpResponse:
    """The map: everything the page's script needs is in one JSON block; the answer also brings the tile pass."""
    layers = access.shown_to(request)
    wards = queries.ward_places()
    scope = ward_scope(cast(User, request.user))
    context = {
        "groups": _grouped(layers, request.GET.get("show", "").split(",")),
        "legend": sections(layers),
        "paper": paper_legend(layers),
        "wards": [ward for ward in wards if scope is None or ward.number in scope],
        "city": settings.CORPORATION,
        "today": {language: date_in(timezone.localdate(), language) for language in ("bn", "en")},
        "summaries": queries.summaries_as_at(),
        "words": map_words(),
        "sees_people": may(cast(User, request.user), Permission.SEE_PEOPLE),
        "map_data": {
            "bounds": queries.city_bounds(wards),
            "wards": [_ward(place) for place in wards],
            "basemap": {"url": settings.MAP_BASEMAP_URL, "attribution": settings.MAP_BASEMAP_ATTRIBUTION},
            "urls": _urls(),
            "panels": _panels(layers, cast(User, request.user)),
        },
    }
    response = render(request, "layers/map.html", context)
    access.hand_over(request, response)
    return response


@permission_required(Permission.SEE_MAP)
@require_GET
def style_document(request: HttpRequest) -> JsonResponse:
    """The MapLibre style of the layers this user may see, with a fresh tile pass."""
    layers = access.shown_to(request)
    document = style(layers, {layer.name: full_version(data_version(layer)) for layer in layers})
    response = JsonResponse(document, headers={"Cache-Control": "private, no-store"})
    access.hand_over(request, response)
    return response


@permission_required(Permission.SEE_MAP)
@require_POST
def count_again(request: HttpRequest) -> HttpResponse:
    """Asks for fresh low-zoom sums: 202 when a count was queued, 204 when there is nothing to do."""
    job = ask_for_summaries(by=cast(User, request.user), at=timezone.localtime())
    return HttpResponse(status=202 if job else 204)


@permission_required(Permission.SEE_MAP)
@require_GET
def tilejson_document(request: HttpRequest, name: str) -> HttpResponse:
    """TileJSON of one layer. 404 when it is unknown or not for this user."""
    layer = _visible(request, name)
    if layer is None:
        return HttpResponse(status=404)
    bounds = queries.city_bounds(queries.ward_places())
    root = f"{request.scheme}://{request.get_host()}"
    return JsonResponse(tilejson(layer, full_version(data_version(layer)), bounds, root))


@permission_required(Permission.SEE_MAP)
@require_GET
def legend_fragment(request: HttpRequest, name: str) -> HttpResponse:
    """The legend of one layer in the active language. 404 when it is unknown or not for this user."""
    layer = _visible(request, name)
    if layer is None:
        return HttpResponse(status=404)
    return render(request, "layers/legend.html", {"legend": sections((layer,))})


@permission_required(Permission.SEE_MAP)
@require_GET
def building_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """What stands at a click: the building, its holdings, and the panel of the holding when there is one."""
    building = get_object_or_404(Building.objects.select_related("ward"), pk=pk)
    user = cast(User, request.user)
    inside = may(user, Permission.SEE_REGISTER, ward=building.ward_id)
    target = "tax:holding_panel" if may(user, Permission.SEE_TAX, ward=building.ward_id) else "holdings:panel"
    holdings = list(queries.holdings_in(building)) if inside else []
    more = [
        name
        for name, needed in settings.HOLDING_PANELS
        if name != "tax:holding_panel" and may(user, Permission(needed))
    ]
    rows = [
        {
            "holding": holding,
            "url": reverse(target, args=[holding.pk]),
            "more": [reverse(name, args=[holding.pk]) for name in more],
        }
        for holding in holdings
    ]
    context = {"building": building, "rows": rows, "inside": inside}
    return render(request, "layers/building_panel.html", context)


@permission_required(Permission.SEE_REGISTER)
@require_GET
def holding_place(request: HttpRequest, pk: int) -> JsonResponse:
    """Where a holding stands: its buildings and their extent in degrees; both empty when it has no building."""
    holding = get_object_or_404(Holding, pk=pk)
    require_ward(cast(User, request.user), Permission.SEE_REGISTER, holding.ward_id)
    place = queries.holding_place(holding)
    return JsonResponse({"buildings": place.buildings if place else [], "bounds": place.bounds if place else None})


def _visible(request: HttpRequest, name: str) -> Layer | None:
    layer = BY_NAME.get(name)
    return layer if layer in access.shown_to(request) else None


def _grouped(layers: tuple[Layer, ...], asked: list[str]) -> list[dict[str, Any]]:
    """The layer switcher: groups with their layers. `asked` are the layers that the address names."""
    shown = shown_at_first(layers, asked)
    rows = [{"layer": layer, "shown": layer.name in shown} for layer in layers]
    groups = [
        {"title": title, "rows": [row for row in rows if cast(Layer, row["layer"]).group == code]}
        for code, title in GROUPS.items()
    ]
    return [group for group in groups if group["rows"]]


def _panels(layers: tuple[Layer, ...], user: User) -> dict[str, str]:
    """The panel's address of each layer whose features have one that the user may read; 0 stands for an id."""
    shown = {layer.name for layer in layers}
    return {
        name: reverse(target, args=[0])
        for name, (target, needed) in settings.MAP_PANELS.items()
        if name in shown and may(user, Permission(needed))
    }


def _ward(place: queries.WardPlace) -> dict[str, Any]:
    bangla = (get_language() or "bn").startswith("bn")
    return {
        "number": place.number,
        "written": digits(place.number) if bangla else str(place.number),
        "name": place.name_bn if bangla else place.name_en,
        "bounds": place.bounds,
        "label": place.label,
    }


def _urls() -> dict[str, str]:
    """Addresses for the script; 0 stands for an id."""
    return {
        "style": reverse("layers:style"),
        "count": reverse("layers:count_again"),
        "building": reverse("layers:building_panel", args=[0]),
        "place": reverse("layers:holding_place", args=[0]),
        "search": reverse("holdings:search"),
        "info": reverse("layers:info"),
        "road": reverse("layers:nearest_road"),
    }
