"""The problems of a survey file: table, map, report, and the person's decisions."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from holdings.exports import XLSX, csv_text, xlsx_bytes
from holdings.forms import SettleForm
from holdings.models import Building, SurveyFile, SurveyRow
from holdings.problem_words import field_words, title
from holdings.queries import problem_counts, survey_files
from holdings.queries.survey import problem_map, problems, report_row, report_rows, undecided_rows, ward_map
from holdings.rules.survey import PROBLEMS, allowed_decisions
from holdings.services import settle_rows
from imis.access import permission_required
from imis.errors import IMISError
from imis.models import User
from imis.roles import Permission

PAGE = 50


@never_cache
@require_GET
@permission_required(Permission.IMPORT_SURVEY)
def table(request: HttpRequest, file_id: int) -> HttpResponse:
    """Problems by row, of one kind or all; a kind that a person may decide at once has its buttons here."""
    file = get_object_or_404(survey_files(cast(User, request.user)), pk=file_id)
    code = _code(request)
    page = Paginator(problems(file, code), PAGE).get_page(request.GET.get("page"))
    context = {
        "file": file,
        "code": code,
        "page": page,
        "rows": [report_row(problem) for problem in page],
        "kinds": [(one.code, title(one.code), one.rows) for one in problem_counts(file)],
        "asked": f"code={code}" if code else "",
        "undecided": len(undecided_rows(file, code)) if code and PROBLEMS[code].blocking else 0,
        "decisions": _bulk(code),
    }
    return render(request, "holdings/problems.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@permission_required(Permission.IMPORT_SURVEY)
def row(request: HttpRequest, file_id: int, number: int) -> HttpResponse:
    """One row: as it came, what is wrong with it, and the decision about it."""
    file = get_object_or_404(survey_files(cast(User, request.user)), pk=file_id)
    found = get_object_or_404(SurveyRow.objects.select_related("file", "decided_by"), file=file, number=number)
    told = [report_row(problem) for problem in problems(found.file).filter(row=found)]
    allowed = allowed_decisions([one.code for one in told if one.blocking])
    initial = {"decision": found.decision, "ward": found.decided_ward_id}
    form = SettleForm(allowed, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and _settle_one(request, found, form):
        return redirect("holdings:survey_row", file_id, number)
    reading = getattr(found, "reading", None) if hasattr(found, "reading") else None
    mapped = {column: field for field, column in found.file.columns.items()}
    cells = [
        (column, value, field_words(mapped[column]) if column in mapped else "") for column, value in found.raw.items()
    ]
    context = {"row": found, "file": found.file, "told": told, "form": form, "reading": reading, "cells": cells}
    return render(request, "holdings/survey_row.html", context)


def _settle_one(request: HttpRequest, found: SurveyRow, form: SettleForm) -> bool:
    chosen = form.cleaned_data
    building = None
    if chosen.get("building"):
        building = Building.objects.filter(bin=chosen["building"].strip()).values_list("pk", flat=True).first()
        if building is None:
            form.add_error("building", _("This building is not in the register."))
            return False
    return _settle(
        request, found.file, [found.number], chosen["decision"], form, ward=chosen["ward"], building=building
    )


def _settle(
    request: HttpRequest,
    file: SurveyFile,
    rows: list[int],
    decision: str,
    form: SettleForm | None = None,
    *,
    ward: Any = None,
    building: int | None = None,
) -> bool:
    try:
        settled = settle_rows(
            file=file,
            rows=rows,
            decision=decision,
            ward=ward.pk if ward else None,
            building=building,
            by=cast(User, request.user),
            at=timezone.now(),
        )
    except IMISError as refusal:
        sentence = f"{refusal.message} {refusal.remedy}"
        if form is not None:
            form.add_error(None, sentence)
        else:
            messages.error(request, sentence)
        return False
    said = ngettext("%(count)s row was decided.", "%(count)s rows were decided.", settled)
    messages.success(request, said % {"count": settled})
    return True


@require_POST
@permission_required(Permission.IMPORT_SURVEY)
def settle(request: HttpRequest, file_id: int) -> HttpResponse:
    """Decides every undecided row with one kind of problem at once."""
    file = get_object_or_404(survey_files(cast(User, request.user)), pk=file_id)
    code, decision = request.POST.get("code", ""), request.POST.get("decision", "")
    if code not in PROBLEMS or decision not in _bulk(code):
        return HttpResponseBadRequest()
    _settle(request, file, undecided_rows(file, code), decision)
    return redirect("holdings:survey", file.pk)


@require_GET
@permission_required(Permission.IMPORT_SURVEY)
def on_map(request: HttpRequest, file_id: int) -> JsonResponse:
    """GeoJSON of the rows with problems (at most 2,000) and of the wards."""
    file = get_object_or_404(survey_files(cast(User, request.user)), pk=file_id)
    found = problem_map(file, _code(request))
    for feature in found["features"]:
        feature["properties"]["titles"] = [title(code) for code in feature["properties"].pop("codes")]
    return JsonResponse({"problems": found, "wards": ward_map()}, headers={"Cache-Control": "private, no-store"})


@require_GET
@permission_required(Permission.IMPORT_SURVEY)
def report(request: HttpRequest, file_id: int, kind: str) -> HttpResponse:
    """The whole problem report as a file: csv or xlsx."""
    file = get_object_or_404(survey_files(cast(User, request.user)), pk=file_id)
    name = f"survey-{file.pk}-problems.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    if kind == "csv":
        return HttpResponse(csv_text(report_rows(file)), content_type="text/csv; charset=utf-8", headers=headers)
    return HttpResponse(xlsx_bytes(report_rows(file)), content_type=XLSX, headers=headers)


def _code(request: HttpRequest) -> str:
    code = request.GET.get("code", "")
    if code and code not in PROBLEMS:
        raise Http404
    return code


def _bulk(code: str) -> list[str]:
    """What may be decided for all rows of one kind at once: never a ward or a building, those are chosen row by row."""
    if not code or not PROBLEMS[code].blocking:
        return []
    allowed = PROBLEMS[code].decisions - {"same"}
    if code in ("ward_mismatch", "outside_wards", "unknown_ward"):
        allowed &= {"reject"}
    return [decision for decision in ("further", "new", "reject") if decision in allowed]
