"""The map's tools that ask the server about a point: what is here, and which road is nearest."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from holdings.models import Holding, Road
from imis.access import permission_required, require_ward
from imis.fiscal import fiscal_year_of
from imis.models import User
from imis.roles import Permission
from layers import access, points
from layers.spec import HIGHEST_ZOOM


@permission_required(Permission.SEE_MAP)
@require_GET
def info(request: HttpRequest) -> HttpResponse:
    """What the layers named in `layers` show at `lat`, `lng` and tile zoom `zoom`. 400 when that is no place."""
    point = points.point_of(request.GET.get("lat", ""), request.GET.get("lng", ""))
    zoom = request.GET.get("zoom", "")
    if point is None or not zoom.isdecimal() or len(zoom) > 2:
        return HttpResponse(status=400)
    named = request.GET.get("layers", "").split(",")
    shown = [layer for layer in access.shown_to(request) if layer.name in named]
    year = fiscal_year_of(timezone.localdate()).start_year
    found = points.features_at(point, min(int(zoom), HIGHEST_ZOOM + 6), shown, access.granted_to(request), year)
    return render(request, "layers/info_panel.html", {"found": found, "point": point})


@permission_required(Permission.SEE_MAP)
@require_GET
def nearest_road(request: HttpRequest) -> HttpResponse:
    """The road nearest to `lat`, `lng`. 400 when that is no place."""
    point = points.point_of(request.GET.get("lat", ""), request.GET.get("lng", ""))
    if point is None:
        return HttpResponse(status=400)
    return _road(request, points.road_near(point))


@permission_required(Permission.SEE_REGISTER)
@require_GET
def holding_road(request: HttpRequest, pk: int) -> HttpResponse:
    """The road nearest to a holding's buildings."""
    holding = get_object_or_404(Holding, pk=pk)
    require_ward(cast(User, request.user), Permission.SEE_REGISTER, holding.ward_id)
    return _road(request, points.road_near_holding(holding))


def _road(request: HttpRequest, road: points.NearRoad | None) -> HttpResponse:
    label = Road.Hierarchy(road.hierarchy).label if road else ""
    return render(request, "layers/road_panel.html", {"road": road, "hierarchy": label})
