"""What a click on the map shows of the sludge service: one containment, or one open request (HTMX fragments)."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from fsm.models import Containment, Request
from fsm.queries import containments, requests
from fsm.queries.people import sees_people
from fsm.rules.numbers import number_of
from fsm.views.scope import person
from imis.access import permission_required, require_ward
from imis.roles import Permission, may


@never_cache
@require_GET
@permission_required(Permission.SEE_SLUDGE)
def containment(request: HttpRequest, containment_id: int) -> HttpResponse:
    """A containment: what it is, whose buildings use it, when it was emptied, and the request that is open on it."""
    tank = get_object_or_404(Containment, pk=containment_id)
    user = person(request)
    require_ward(user, Permission.SEE_SLUDGE, tank.ward_id)
    context = {
        "tank": tank,
        "buildings": containments.buildings_of(tank, timezone.localdate()),
        "emptied": containments.emptyings(tank),
        "open": requests.open_request_on(tank.pk),
        "may_manage": may(user, Permission.MANAGE_SLUDGE, ward=tank.ward_id),
    }
    return render(request, "fsm/containment_panel.html", context)


@never_cache
@require_GET
@permission_required(Permission.SEE_SLUDGE)
def request_panel(request: HttpRequest, key: int) -> HttpResponse:
    """An open request by the key that the map knows: the digits of its number."""
    rows = Request.objects.select_related("holding", "building", "containment")
    try:
        asked = get_object_or_404(rows, number=number_of(key))
    except ValueError as error:
        raise Http404 from error
    user = person(request)
    require_ward(user, Permission.SEE_SLUDGE, asked.ward_id)
    context = {
        "asked": asked,
        "assignment": requests.assignment_of(asked),
        "sees_people": sees_people(user, asked.ward_id),
    }
    return render(request, "fsm/request_panel.html", context)
