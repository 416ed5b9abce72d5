"""What the office does with a request: take it in, verify, assign, refuse, cancel, close."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from fsm import services
from fsm.forms.requests import ReasonForm, RequestForm, StepForm
from fsm.models import Request
from fsm.queries.containments import Place, place_of_building, place_of_holding
from fsm.views.board import assign_form, page_of, verify_form
from fsm.views.scope import asked_or_403, person, say
from holdings.models import Building, Holding, Ward
from holdings.queries import search_holdings
from imis.access import in_scope, permission_required, require_ward
from imis.errors import IMISError
from imis.roles import Permission

FOUND_AT_MOST = 12


@never_cache
@require_http_methods(["GET", "POST"])
@permission_required(Permission.MANAGE_SLUDGE)
def new(request: HttpRequest) -> HttpResponse:
    """Takes a request in: from a holding found by its number, owner or mobile, from a building, or by address."""
    place = _place(request)
    text = request.GET.get("q", "").strip()
    user = person(request)
    form = RequestForm(
        request.POST or None,
        wards=in_scope(Ward.objects.order_by("number"), user, "number"),
        containments=place.containments if place else [],
        place_known=place is not None,
        today=timezone.localdate(),
        initial=_initial(place),
    )
    if request.method == "POST" and form.is_valid():
        try:
            asked = services.request_emptying(
                request_id=form.cleaned_data["request_id"], wish=_wish(form, place), by=user, at=timezone.now()
            )
        except IMISError as error:
            say(form, error)
        else:
            messages.success(request, _("The request is recorded."))
            return redirect("fsm:request", asked.pk)
    found = search_holdings(text, user, limit=FOUND_AT_MOST) if text else []
    context = {"form": form, "place": place, "text": text, "found": found}
    return render(request, "fsm/new.html", context, status=400 if form.is_bound else 200)


def _place(request: HttpRequest) -> Place | None:
    """The holding or building of the address bar, within the officer's wards."""
    user, today = person(request), timezone.localdate()
    holding_id, building_id = _key(request, "holding"), _key(request, "building")
    if holding_id is not None:
        holding = get_object_or_404(Holding.objects.select_related("ward"), pk=holding_id)
        require_ward(user, Permission.MANAGE_SLUDGE, holding.ward_id)
        return place_of_holding(holding, today)
    if building_id is not None:
        building = get_object_or_404(Building.objects.select_related("ward"), pk=building_id)
        require_ward(user, Permission.MANAGE_SLUDGE, building.ward_id)
        return place_of_building(building, today)
    return None


def _key(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


def _initial(place: Place | None) -> dict[str, Any]:
    one = place.containments[0] if place and len(place.containments) == 1 else None
    return {"request_id": uuid4(), "containment": one, "channel": "phone"}


def _wish(form: RequestForm, place: Place | None) -> services.Wish:
    data = form.cleaned_data
    tank = data.get("containment")
    return services.Wish(
        channel=data["channel"],
        ward=place.ward if place else data["ward"].pk,
        holding=place.holding.pk if place and place.holding else None,
        building=place.building.pk if place and place.building else None,
        containment=tank.pk if tank else None,
        address=data["address"],
        requester_name=data["requester_name"],
        requester_mobile=data["requester_mobile"],
        consents_to_place=data["consents_to_place"],
        urgent=data["urgent"],
        wanted_on=data["wanted_on"],
    )


@require_POST
@permission_required(Permission.MANAGE_SLUDGE)
def verify(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Confirms a request with its containment."""
    asked = asked_or_403(request, Permission.MANAGE_SLUDGE, request_id)
    form = verify_form(asked, request.POST)
    return _act(
        request, asked, "verify", form, _("The request is verified."),
        lambda: services.verify_request(containment=form.chosen(), **_by(request, asked, form)),
    )  # fmt: skip


@require_POST
@permission_required(Permission.MANAGE_SLUDGE)
def assign(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Gives a request to a driver with a vehicle."""
    asked = asked_or_403(request, Permission.MANAGE_SLUDGE, request_id)
    form = assign_form(asked, request.POST)
    return _act(
        request, asked, "assign", form, _("The job stands on the driver's list."),
        lambda: services.assign_request(
            vehicle=form.cleaned_data["vehicle"].pk, driver=form.cleaned_data["driver"].pk,
            planned_on=form.cleaned_data["planned_on"], **_by(request, asked, form),
        ),
    )  # fmt: skip


@require_POST
@permission_required(Permission.MANAGE_SLUDGE)
def reject(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Turns a request down."""
    return _with_reason(request, request_id, "reject", _("The request is rejected."), services.reject_request)


@require_POST
@permission_required(Permission.MANAGE_SLUDGE)
def cancel(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Withdraws a request."""
    return _with_reason(request, request_id, "cancel", _("The request is cancelled."), services.cancel_request)


@require_POST
@permission_required(Permission.MANAGE_SLUDGE)
def close(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Ends a request whose sludge is at the plant and whose fee is paid."""
    asked = asked_or_403(request, Permission.MANAGE_SLUDGE, request_id)
    form = StepForm(request.POST)
    return _act(
        request, asked, "close", form, _("The request is closed."),
        lambda: services.close_request(**_by(request, asked, form)),
    )  # fmt: skip


def _with_reason(
    request: HttpRequest, request_id: UUID, act: str, done: str, service: Callable[..., object]
) -> HttpResponse:
    asked = asked_or_403(request, Permission.MANAGE_SLUDGE, request_id)
    form = ReasonForm(request.POST, prefix=act)
    return _act(
        request, asked, act, form, done,
        lambda: service(reason=form.cleaned_data["reason"], **_by(request, asked, form)),
    )  # fmt: skip


def _by(request: HttpRequest, asked: Request, form: Form) -> dict[str, Any]:
    return {
        "event_id": form.cleaned_data["event_id"],
        "request": asked.pk,
        "by": person(request),
        "at": timezone.now(),
    }


def _act(
    request: HttpRequest, asked: Request, act: str, form: Form, done: str, service: Callable[[], object]
) -> HttpResponse:
    """One step: a refusal is shown on the request's page, beside what can be done now."""
    if form.is_valid():
        try:
            service()
        except IMISError as error:
            say(form, error)
        else:
            messages.success(request, done)
            return redirect("fsm:request", asked.pk)
    return render(request, "fsm/request.html", page_of(request, asked, {act: form}), status=400)
