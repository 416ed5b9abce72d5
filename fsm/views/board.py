"""The FSM officer's board, the list of what is over, and one request with its history."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.forms import Form
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from fsm.forms.requests import AssignForm, ReasonForm, StepForm, VerifyForm
from fsm.models import Containment, Photo, Request
from fsm.queries import containments, fleet, requests
from fsm.queries.people import sees_people
from fsm.rules.volumes import trips_needed
from fsm.rules.workflow import State, Step, possible_steps
from fsm.services.photos import photo_path
from fsm.views.scope import asked_or_403, language, person
from holdings.models import Holding, Ward
from imis import bangla
from imis.access import in_scope, permission_required, require_ward
from imis.roles import Permission, may

PAGE = 50


@never_cache
@require_GET
@permission_required(Permission.SEE_SLUDGE)
def board(request: HttpRequest) -> HttpResponse:
    """Open requests in columns by state; `?ward=22` narrows."""
    text = request.GET.get("ward", "")
    ward = int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else None
    wards = in_scope(Ward.objects.order_by("number"), person(request), "number")
    columns = requests.board(person(request), ward)
    context = {"columns": columns, "wards": wards, "ward": ward, "total": sum(column.count for column in columns)}
    seen = {"may_manage": _manages(request), "sees_people": sees_people(person(request))}
    return render(request, "fsm/board.html", {**context, **seen})


@require_GET
@permission_required(Permission.SEE_SLUDGE)
def ended(request: HttpRequest) -> HttpResponse:
    """Requests that are closed, rejected or cancelled, newest first."""
    text = bangla.latin(request.GET.get("q", "")).strip()
    page = Paginator(requests.ended(person(request), text), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "text": text, "key": "q", "query": text, "asked": ""}
    return render(request, "fsm/ended.html", {**context, "sees_people": sees_people(person(request))})


@never_cache
@require_GET
@permission_required(Permission.SEE_SLUDGE)
def detail(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """One request: where it stands, what happened, what can follow."""
    asked = asked_or_403(request, Permission.SEE_SLUDGE, request_id)
    return render(request, "fsm/request.html", page_of(request, asked))


def page_of(request: HttpRequest, asked: Request, bound: dict[str, Form] | None = None) -> dict[str, Any]:
    """What the request's page shows; `bound` holds a form that was refused, by its act."""
    user, ward = person(request), asked.ward_id
    knows_people = sees_people(user, ward)
    progress = requests.progress_of(asked)
    manages = may(user, Permission.MANAGE_SLUDGE, ward=ward)
    forms = {**_forms(asked, progress.state), **(bound or {})} if manages else {}
    charge = getattr(asked, "charge", None)
    paid = requests.standing_payment(asked)
    return {
        "asked": asked,
        "progress": progress,
        "events": requests.events_of(asked),
        "trips": requests.trips_of(asked),
        "assignment": requests.assignment_of(asked),
        "photos": asked.photos.order_by("added_at") if knows_people else (),
        "charge": charge,
        "payments": requests.payments_of(asked),
        "owes": charge is not None and charge.amount > 0 and paid is None,
        "forms": forms,
        "sees_people": knows_people,
        "can_take_fee": may(user, Permission.TAKE_SLUDGE_FEE, ward=ward),
        "emptied_before": containments.emptyings(asked.containment, but=asked) if asked.containment else None,
        "trips_needed": _trips_needed(asked),
    }


def _trips_needed(asked: Request) -> int | None:
    assignment = requests.assignment_of(asked)
    if assignment is None or asked.containment is None or asked.containment.volume_m3 is None:
        return None
    return trips_needed(asked.containment.volume_m3, assignment.vehicle.capacity_m3)


def _forms(asked: Request, state: State | None) -> dict[str, Form]:
    """An empty form for each step the office may take now."""
    steps = possible_steps(state)
    forms: dict[str, Form] = {}
    if Step.VERIFY in steps:
        forms["verify"] = verify_form(asked)
    if Step.ASSIGN in steps:
        forms["assign"] = assign_form(asked)
    for step in (Step.REJECT, Step.CANCEL):
        if step in steps:
            forms[step.value] = ReasonForm(initial={"event_id": uuid4()}, prefix=step.value)
    if Step.CLOSE in steps:
        forms["close"] = StepForm(initial={"event_id": uuid4()})
    return forms


def verify_form(asked: Request, data: Any = None) -> VerifyForm:
    """The form of the verification, with the containments of the place."""
    near = containments.containments_near(asked, timezone.localdate())
    return VerifyForm(
        data,
        ward=asked.ward_id,
        containments=[(row.pk, _title(row)) for row in near],
        initial={"event_id": uuid4()},
        prefix="verify",
    )


def _title(row: Containment) -> str:
    said = {"code": row.code, "technology": row.get_technology_display(), "outlet": row.get_outlet_display()}
    if row.volume_m3 is None:
        return _("%(code)s: %(technology)s, to: %(outlet)s") % said
    volume = bangla.digits(str(row.volume_m3)) if language() == "bn" else str(row.volume_m3)
    return _("%(code)s: %(technology)s, to: %(outlet)s, %(volume)s m³") % {**said, "volume": volume}


def assign_form(asked: Request, data: Any = None) -> AssignForm:
    """The form of the assignment, filled with the last one or the wish."""
    last, today = requests.assignment_of(asked), timezone.localdate()
    initial = {
        "event_id": uuid4(),
        "vehicle": last.vehicle_id if last else None,
        "driver": last.driver_id if last else None,
        "planned_on": max(asked.wanted_on or today, today),
    }
    return AssignForm(data, vehicles=fleet.vehicles(), drivers=fleet.drivers(), initial=initial, prefix="assign")


@require_GET
@permission_required(Permission.SEE_SLUDGE)
def photo(request: HttpRequest, photo_id: UUID) -> HttpResponseBase:
    """A picture of a visit, as it was drawn anew; it may show a person, or a paper with names on it."""
    row = get_object_or_404(Photo.objects.select_related("request"), pk=photo_id)
    require_ward(person(request), Permission.SEE_SLUDGE, row.request.ward_id)
    if not sees_people(person(request), row.request.ward_id):
        raise PermissionDenied(_("Photos of a visit are for those who may see people's names."))
    path = photo_path(row)
    if not path.is_file():
        raise Http404
    return FileResponse(path.open("rb"), content_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})


@require_GET
@permission_required(Permission.SEE_SLUDGE)
def holding_panel(request: HttpRequest, holding_id: int) -> HttpResponse:
    """What a holding's page shows of the sludge service (an HTMX fragment)."""
    holding = get_object_or_404(Holding, pk=holding_id)
    require_ward(person(request), Permission.SEE_SLUDGE, holding.ward_id)
    place = containments.place_of_holding(holding, timezone.localdate())
    context = {"holding": holding, "place": place, "requests": requests.history_of_holding(holding.pk)[:5]}
    return render(request, "fsm/holding_panel.html", {**context, "may_manage": _manages(request)})


def _manages(request: HttpRequest) -> bool:
    return may(person(request), Permission.MANAGE_SLUDGE)
