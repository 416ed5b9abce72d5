"""Bring in a file, look at it, name its columns, check it, apply it."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from holdings.intake.forms import BringForm, ColumnsForm, SridForm
from holdings.intake.models import IntakeFile
from holdings.intake.queries import intake_files, outcomes, problem_counts
from holdings.intake.registry import intake_of
from holdings.intake.services import AlreadyStaged, first_of, map_columns, state_srid
from holdings.intake.words import field_title, unit_words, words_of
from holdings.rules.survey import unused_columns
from holdings.services import keep_upload
from imis.access import permission_required
from imis.errors import IMISError
from imis.jobs import enqueue
from imis.models import User
from imis.roles import Permission, may

PAGE = 25


@never_cache
@require_http_methods(["GET", "POST"])
@permission_required(Permission.IMPORT_FILES)
def files(request: HttpRequest) -> HttpResponse:
    """The files that were brought in, and the form that brings in another."""
    user = cast(User, request.user)
    form = BringForm(user, request.POST or None, request.FILES or None, initial={"kind": request.GET.get("kind", "")})
    if request.method == "POST" and form.is_valid():
        answer = _bring(request, form)
        if answer is not None:
            return answer
    page = Paginator(intake_files(user), PAGE).get_page(request.GET.get("page"))
    rows = [(each, intake_of(each.kind).title) for each in page]
    return render(request, "holdings/intake/files.html", {"form": form, "page": page, "rows": rows})


def _bring(request: HttpRequest, form: BringForm) -> HttpResponse | None:
    given = form.cleaned_data
    try:
        path = keep_upload(chunks=given["file"].chunks(), name=given["file"].name)
        first_of(given["kind"], path)
    except AlreadyStaged as known:
        messages.info(request, f"{known.message} {known.remedy}")
        return redirect("intake:file", known.file.pk)
    except IMISError as refusal:
        form.add_error("file", f"{refusal.message} {refusal.remedy}")
        return None
    arguments = {
        "kind": given["kind"],
        "path": str(path),
        "name": given["file"].name,
        "layer": given["layer"],
        "crs": f"EPSG:{given['srid']}" if given["srid"] else "",
    }
    by = cast(User, request.user)
    job = enqueue(kind="bring_intake", arguments=arguments, steps_total=2, by=by, at=timezone.now())
    return redirect("job", job.pk)


@never_cache
@require_GET
@permission_required(Permission.IMPORT_FILES)
def file(request: HttpRequest, file_id: int) -> HttpResponse:
    """One file: what became of its rows, what is wrong, where, and what to do next."""
    found = _file(request, file_id)
    intake = intake_of(found.kind)
    counts = problem_counts(found)
    misplaced = sum(one.rows for one in counts if one.code in ("wrong_crs", "swapped_axes"))
    context = {
        "file": found,
        "intake": intake,
        "outcomes": outcomes(found),
        "counts": [{"count": one, "title": words_of(intake, one.code).title} for one in counts],
        "columns": [
            (field_title(intake, name), column, unit_words(found.units.get(name, "")))
            for name, column in found.columns.items()
        ],
        "lacking": [field.title for field in intake.fields if field.required and field.name not in found.columns],
        "unused": unused_columns(found.fields, found.columns.values(), found.driver),
        "srid_form": SridForm(initial={"srid": found.srid}),
        "may_apply": may(cast(User, request.user), intake.enter),
        "on_map": found.spatial and bool(intake.shapes),
        "wrong_place": misplaced * 10 >= found.row_count,
    }
    return render(request, "holdings/intake/file.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@permission_required(Permission.IMPORT_FILES)
def columns(request: HttpRequest, file_id: int) -> HttpResponse:
    """Which column feeds which field; saving checks the file again."""
    found = _file(request, file_id)
    form = ColumnsForm(found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        by = cast(User, request.user)
        try:
            map_columns(file=found, columns=form.columns(), units=form.units(), by=by, at=timezone.now())
        except IMISError as refusal:
            form.add_error(None, f"{refusal.message} {refusal.remedy}")
        else:
            return _job(request, "check_intake", found)
    return render(request, "holdings/intake/columns.html", {"file": found, "form": form})


@require_POST
@permission_required(Permission.IMPORT_FILES)
def srid(request: HttpRequest, file_id: int) -> HttpResponse:
    """States the true coordinate system of a file and checks it again."""
    found = _file(request, file_id)
    form = SridForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write the EPSG number of a coordinate system."))
        return redirect("intake:file", found.pk)
    try:
        state_srid(file=found, srid=form.cleaned_data["srid"], by=cast(User, request.user), at=timezone.now())
    except IMISError as refusal:
        messages.error(request, f"{refusal.message} {refusal.remedy}")
        return redirect("intake:file", found.pk)
    return _job(request, "check_intake", found)


@require_POST
@permission_required(Permission.IMPORT_FILES)
def check(request: HttpRequest, file_id: int) -> HttpResponse:
    """Checks a file again, in the background."""
    return _job(request, "check_intake", _file(request, file_id))


@require_POST
@permission_required(Permission.IMPORT_FILES)
def apply(request: HttpRequest, file_id: int) -> HttpResponse:
    """Applies a checked file, in the background; the service asks for the permission of the kind."""
    return _job(request, "apply_intake", _file(request, file_id))


def _job(request: HttpRequest, kind: str, found: IntakeFile) -> HttpResponse:
    by = cast(User, request.user)
    job = enqueue(kind=kind, arguments={"file": found.pk}, steps_total=1, by=by, at=timezone.now())
    return redirect("job", job.pk)


def _file(request: HttpRequest, file_id: int) -> IntakeFile:
    return get_object_or_404(intake_files(cast(User, request.user)), pk=file_id)
