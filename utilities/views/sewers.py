"""One sewer, and which buildings could connect to it."""

from __future__ import annotations

from decimal import Decimal
from typing import cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from imis.access import permission_required, require_ward, ward_scope
from imis.models import User
from imis.roles import Permission, may
from utilities.forms import USUAL_METRES, ReachForm
from utilities.models import Sewer
from utilities.queries import buildings_in_reach
from utilities.services import export_reach

PAGE = 100
_TYPES = {"csv": "text/csv; charset=utf-8", "geojson": "application/geo+json"}


@never_cache
@require_GET
@permission_required(Permission.SEE_UTILITIES)
def sewer(request: HttpRequest, sewer_id: str) -> HttpResponse:
    """The sewer's facts, and the buildings within the metres asked for."""
    user, found = cast(User, request.user), _sewer(request, sewer_id)
    form = ReachForm(request.GET if "metres" in request.GET else {"metres": USUAL_METRES})
    rows = buildings_in_reach(found, form.cleaned_data["metres"], ward_scope(user)) if form.is_valid() else []
    context = {
        "sewer": found,
        "form": form,
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "buildings": len(rows),
        "connected": sum(row.connected for row in rows),
        "metres": form.cleaned_data.get("metres", ""),
        "asked": f"metres={form.cleaned_data.get('metres', '')}",
        "may_export": may(user, Permission.EXPORT_LAYERS),
    }
    return render(request, "utilities/sewer.html", context)


@never_cache
@require_GET
@permission_required(Permission.EXPORT_LAYERS)
def export(request: HttpRequest, sewer_id: str, kind: str) -> HttpResponse:
    """The buildings in reach as a file."""
    user, found = cast(User, request.user), _sewer(request, sewer_id)
    form = ReachForm(request.GET if "metres" in request.GET else {"metres": USUAL_METRES})
    if not form.is_valid():
        return HttpResponseBadRequest()
    metres: Decimal = form.cleaned_data["metres"]
    text = export_reach(sewer=found, metres=metres, wards=ward_scope(user), kind=kind, by=user, at=timezone.now())
    name = f"sewer-{found.pk}-{metres.normalize():f}m.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(text, content_type=_TYPES[kind], headers=headers)


def _sewer(request: HttpRequest, sewer_id: str) -> Sewer:
    found = get_object_or_404(Sewer.objects.select_related("road", "provider"), pk=sewer_id)
    require_ward(cast(User, request.user), Permission.SEE_UTILITIES, found.ward_id)
    return found
