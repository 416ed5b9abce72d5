"""The driver's telephone: the jobs of the day, what happens at the tank, and pictures.

A page out of reach keeps what was entered and sends it later (static/fsm/driver.js); each form carries an id made
with the page, so sending again is harmless. To the script these views answer JSON, to a browser without it a page.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from fsm import services
from fsm.forms.requests import DriveForm, FailForm, LoadForm, PhotoForm
from fsm.models import Request
from fsm.queries import fleet, requests
from fsm.queries.requests import Task
from fsm.views.scope import person
from imis.access import permission_required, require_ward
from imis.errors import IMISError
from imis.roles import Permission
from imis.templatetags.imis_text import spoken

# A telephone may be out of reach for a day or two, not for a month.
OLDEST = timedelta(days=7)


def _in_words(view: Callable[[HttpRequest, UUID], HttpResponse]) -> Callable[[HttpRequest, UUID], HttpResponse]:
    """Tells the script in JSON that a job is not there or in no ward of the driver: it sets the note aside.

    Without words a 403 would look like a page older than the sign-in, and wait for ever.
    """

    @wraps(view)
    def told(request: HttpRequest, request_id: UUID) -> HttpResponse:
        try:
            return view(request, request_id)
        except (Http404, PermissionDenied) as error:
            if not _from_script(request):
                raise
            gone = isinstance(error, Http404)
            problem = _("This job is not there.") if gone else _("This ward is outside your area of work.")
            remedy = _("Tell the office what you did.")
            return JsonResponse({"problem": f"{problem} {remedy}"}, status=404 if gone else 403)

    return told


@never_cache
@ensure_csrf_cookie
@require_GET
@permission_required(Permission.DRIVE)
def jobs(request: HttpRequest) -> HttpResponse:
    """Today's jobs of this driver, with everything they need at the tank."""
    driver = requests.driver_of(person(request))
    tasks = requests.jobs_of(driver, timezone.localdate()) if driver else []
    context = {
        "driver": driver,
        "jobs": [{"task": task, "forms": _forms(task)} for task in tasks],
        "today": timezone.localdate(),
    }
    return render(request, "fsm/driver.html", context)


def _forms(task: Task) -> dict[str, Form]:
    plant = fleet.plants().first()
    prefix = str(task.request.pk)[:8]

    def initial() -> dict[str, Any]:
        return {"event_id": uuid4()}

    return {
        "start": DriveForm(initial=initial(), auto_id=f"id_{prefix}_start_%s"),
        "fail": FailForm(initial=initial(), auto_id=f"id_{prefix}_fail_%s"),
        "load": LoadForm(initial={**initial(), "plant": plant}, auto_id=f"id_{prefix}_load_%s"),
        "finish": DriveForm(initial=initial(), auto_id=f"id_{prefix}_finish_%s"),
        "photo": PhotoForm(initial={"photo_id": uuid4()}, auto_id=f"id_{prefix}_photo_%s"),
    }


@require_POST
@permission_required(Permission.DRIVE)
@_in_words
def start(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """The crew begins."""
    form = DriveForm(request.POST)
    return _drive(request, request_id, form, lambda facts: services.start_emptying(**facts))


@require_POST
@permission_required(Permission.DRIVE)
@_in_words
def fail(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Nothing could be done; the reason is required."""
    form = FailForm(request.POST)
    return _drive(
        request, request_id, form, lambda facts: services.report_failure(reason=form.cleaned_data["reason"], **facts)
    )


@require_POST
@permission_required(Permission.DRIVE)
@_in_words
def load(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """A load leaves for the plant."""
    form = LoadForm(request.POST)
    return _drive(
        request, request_id, form,
        lambda facts: services.send_load(
            volume=form.cleaned_data["volume"], plant=form.cleaned_data["plant"].pk, **facts
        ),
    )  # fmt: skip


@require_POST
@permission_required(Permission.DRIVE)
@_in_words
def finish(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """The tank is empty."""
    form = DriveForm(request.POST)
    return _drive(request, request_id, form, lambda facts: services.finish_emptying(**facts))


@require_POST
@permission_required(Permission.DRIVE)
@_in_words
def photo(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """A picture of the visit."""
    asked = _asked(request, request_id)
    form = PhotoForm(request.POST, request.FILES)
    return _answer(
        request, form,
        lambda: services.add_photo(
            photo_id=form.cleaned_data["photo_id"], request=asked.pk, content=form.cleaned_data["photo"].read(),
            by=person(request), at=timezone.now(),
        ),
    )  # fmt: skip


def _from_script(request: HttpRequest) -> bool:
    return request.headers.get("Accept") == "application/json"


def _asked(request: HttpRequest, request_id: UUID) -> Request:
    asked = get_object_or_404(Request, pk=request_id)
    require_ward(person(request), Permission.DRIVE, asked.ward_id)
    return asked


def _drive(
    request: HttpRequest, request_id: UUID, form: Form, service: Callable[[dict[str, Any]], object]
) -> HttpResponse:
    asked = _asked(request, request_id)

    def act() -> object:
        now, happened = timezone.now(), form.cleaned_data["happened_at"]
        recent = happened if happened and now - OLDEST < happened else None
        return service(
            {
                "event_id": form.cleaned_data["event_id"],
                "request": asked.pk,
                "by": person(request),
                "at": now,
                "happened_at": recent,
            }
        )

    return _answer(request, form, act)


def _answer(request: HttpRequest, form: Form, act: Callable[[], object]) -> HttpResponse:
    """200 when it is recorded (also when it was before), 409 with words when it never can be."""
    problem = ""
    if form.is_valid():
        try:
            act()
        except IMISError as error:
            problem = f"{error.message} {error.remedy}".strip()
    else:
        problem = spoken(" ".join(str(line) for lines in form.errors.values() for line in lines))
    if _from_script(request):
        return JsonResponse({"problem": problem}, status=409 if problem else 200)
    if problem:
        messages.error(request, problem)
    else:
        messages.success(request, _("Recorded."))
    return redirect("fsm:driver")
