"""Bring in a survey file, look at it, name its columns, check it, apply it."""

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

from holdings.bringing import AlreadyStaged
from holdings.forms import ColumnsForm, SridForm, UploadForm
from holdings.models import SurveyFile
from holdings.problem_words import field_words, title
from holdings.queries import ProblemCount, outcomes, problem_counts, survey_files
from holdings.queries.survey import outdated
from holdings.rules.survey import unused_columns
from holdings.services import keep_upload, map_columns, state_srid
from holdings.services.survey_stage import first_of
from imis.access import permission_required
from imis.errors import IMISError
from imis.jobs import enqueue
from imis.models import User
from imis.roles import Permission, may

PAGE = 25


@never_cache
@require_http_methods(["GET", "POST"])
@permission_required(Permission.IMPORT_SURVEY)
def surveys(request: HttpRequest) -> HttpResponse:
    """The survey files, and the form that brings in another."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        answer = _bring(request, form)
        if answer is not None:
            return answer
    page = Paginator(survey_files(cast(User, request.user)), PAGE).get_page(request.GET.get("page"))
    return render(request, "holdings/surveys.html", {"form": form, "page": page})


def _bring(request: HttpRequest, form: UploadForm) -> HttpResponse | None:
    upload = form.cleaned_data["file"]
    srid = form.cleaned_data["srid"]
    try:
        path = keep_upload(chunks=upload.chunks(), name=upload.name)
        first_of(path)
    except AlreadyStaged as known:
        messages.info(request, f"{known.message} {known.remedy}")
        return redirect("holdings:survey", known.file.pk)
    except IMISError as refusal:
        form.add_error("file", f"{refusal.message} {refusal.remedy}")
        return None
    job = enqueue(
        kind="bring_survey",
        arguments={
            "path": str(path),
            "name": upload.name,
            "layer": form.cleaned_data["layer"],
            "crs": f"EPSG:{srid}" if srid else "",
        },
        steps_total=2,
        by=cast(User, request.user),
        at=timezone.now(),
    )
    return redirect("job", job.pk)


@never_cache
@require_GET
@permission_required(Permission.IMPORT_SURVEY)
def survey(request: HttpRequest, file_id: int) -> HttpResponse:
    """One file: what became of its rows, what is wrong, where, and what to do next."""
    file = _file(request, file_id)
    found = problem_counts(file)
    counts = [{"count": one, "title": title(one.code)} for one in found]
    context = {
        "file": file,
        "outcomes": outcomes(file),
        "outdated": outdated(file),
        "counts": counts,
        "columns": [(field_words(f), column, file.blanks.get(f, "")) for f, column in file.columns.items()],
        "unused": unused_columns(file.fields, file.columns.values(), file.driver),
        "srid_form": SridForm(initial={"srid": file.srid}),
        "may_apply": may(cast(User, request.user), Permission.APPLY_SURVEY),
        "wrong_place": _mostly_misplaced(file, found),
    }
    return render(request, "holdings/survey.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@permission_required(Permission.IMPORT_SURVEY)
def columns(request: HttpRequest, file_id: int) -> HttpResponse:
    """Which column feeds which field; saving checks the file again."""
    file = _file(request, file_id)
    form = ColumnsForm(file, request.POST or None)
    if request.method == "POST" and form.is_valid():
        by = cast(User, request.user)
        try:
            map_columns(file=file, columns=form.columns(), blanks=form.blanks(), by=by, at=timezone.now())
        except IMISError as refusal:
            form.add_error(None, f"{refusal.message} {refusal.remedy}")
        else:
            return _check(request, file)
    return render(request, "holdings/columns.html", {"file": file, "form": form})


@require_POST
@permission_required(Permission.IMPORT_SURVEY)
def srid(request: HttpRequest, file_id: int) -> HttpResponse:
    """States the true coordinate system of a file and checks it again."""
    file = _file(request, file_id)
    form = SridForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write the EPSG number of a coordinate system."))
        return redirect("holdings:survey", file.pk)
    try:
        state_srid(file=file, srid=form.cleaned_data["srid"], by=cast(User, request.user), at=timezone.now())
    except IMISError as refusal:
        messages.error(request, f"{refusal.message} {refusal.remedy}")
        return redirect("holdings:survey", file.pk)
    return _check(request, file)


@require_POST
@permission_required(Permission.IMPORT_SURVEY)
def check(request: HttpRequest, file_id: int) -> HttpResponse:
    """Checks a file again, in the background."""
    return _check(request, _file(request, file_id))


@require_POST
@permission_required(Permission.APPLY_SURVEY)
def apply(request: HttpRequest, file_id: int) -> HttpResponse:
    """Applies a checked file, in the background."""
    return _job(request, "apply_survey", _file(request, file_id))


def _check(request: HttpRequest, file: SurveyFile) -> HttpResponse:
    return _job(request, "check_survey", file)


def _job(request: HttpRequest, kind: str, file: SurveyFile) -> HttpResponse:
    by = cast(User, request.user)
    job = enqueue(kind=kind, arguments={"file": file.pk}, steps_total=1, by=by, at=timezone.now())
    return redirect("job", job.pk)


def _mostly_misplaced(file: SurveyFile, found: list[ProblemCount]) -> bool:
    """True when so many rows stand elsewhere that the file's coordinate system must be another one."""
    rows = sum(one.rows for one in found if one.code in ("wrong_crs", "swapped_axes"))
    return rows * 10 >= file.row_count


def _file(request: HttpRequest, file_id: int) -> SurveyFile:
    return get_object_or_404(survey_files(cast(User, request.user)), pk=file_id)
