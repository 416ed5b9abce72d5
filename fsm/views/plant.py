"""The gate of the plant: what is on the way, what arrived today, and how they differ."""

from __future__ import annotations

from uuid import uuid4

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from fsm import services
from fsm.forms.requests import ReceiveForm
from fsm.models import Trip
from fsm.queries import requests
from fsm.views.scope import person, say
from imis.access import permission_required, require_ward
from imis.errors import IMISError
from imis.roles import Permission


@never_cache
@require_http_methods(["GET", "POST"])
@permission_required(Permission.RECEIVE_SLUDGE)
def plant(request: HttpRequest) -> HttpResponse:
    """Trips on the way with a form each, and those received today with their difference."""
    user, bound = person(request), None
    if request.method == "POST":
        bound = ReceiveForm(request.POST)
        if bound.is_valid() and _receive(request, bound):
            messages.success(request, _("The load is received."))
            return redirect("fsm:plant")
    waiting = [{"trip": trip, "form": _form(trip, bound)} for trip in requests.trips_on_the_way(user)]
    shown = any(row["form"] is bound for row in waiting)
    context = {
        "waiting": waiting,
        "received": requests.trips_received(user, timezone.localdate()),
        "stray": bound if bound is not None and not shown else None,
        "today": timezone.localdate(),
    }
    return render(request, "fsm/plant.html", context, status=400 if bound is not None else 200)


def _form(trip: Trip, bound: ReceiveForm | None) -> Form:
    if bound is not None and bound.data.get("trip") == str(trip.pk):
        return bound
    initial = {"event_id": uuid4(), "trip": trip.pk, "plant": trip.plant_id}
    return ReceiveForm(initial=initial, auto_id=f"id_{str(trip.pk)[:8]}_%s")


def _receive(request: HttpRequest, form: ReceiveForm) -> bool:
    data, user = form.cleaned_data, person(request)
    trip = get_object_or_404(Trip.objects.select_related("request"), pk=data["trip"])
    require_ward(user, Permission.RECEIVE_SLUDGE, trip.request.ward_id)
    try:
        services.receive_load(
            event_id=data["event_id"],
            trip=trip.pk,
            volume=data["volume"],
            plant=data["plant"].pk,
            weighed=data["weighed"],
            by=user,
            at=timezone.now(),
        )
    except IMISError as error:
        say(form, error)
        return False
    return True
