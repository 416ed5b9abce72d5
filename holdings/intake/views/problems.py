"""The problems of a file brought in: table, map, report, and what a person leaves out."""

from __future__ import annotations

import json
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from holdings.exports import XLSX, csv_text, xlsx_bytes
from holdings.intake.models import IntakeFile, IntakeRow
from holdings.intake.queries import (
    intake_files,
    problem_counts,
    problem_map,
    problems,
    report_row,
    report_rows,
    undecided_rows,
)
from holdings.intake.registry import intake_of
from holdings.intake.services import settle_rows
from holdings.intake.words import field_title, words_of
from holdings.queries.survey import ward_map
from imis.access import permission_required
from imis.errors import IMISError
from imis.models import User
from imis.roles import Permission

PAGE = 50


@never_cache
@require_GET
@permission_required(Permission.IMPORT_FILES)
def table(request: HttpRequest, file_id: int) -> HttpResponse:
    """Problems by row, of one kind or all; rows that one kind stops may be left out at once."""
    file = _file(request, file_id)
    intake, code = intake_of(file.kind), request.GET.get("code", "")[:40]
    page = Paginator(problems(file, code), PAGE).get_page(request.GET.get("page"))
    context = {
        "file": file,
        "code": code,
        "page": page,
        "rows": [report_row(file, problem) for problem in page],
        "kinds": [(one.code, words_of(intake, one.code).title, one.rows) for one in problem_counts(file)],
        "asked": f"code={code}" if code else "",
        "undecided": len(undecided_rows(file, code)) if code else 0,
    }
    return render(request, "holdings/intake/problems.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@permission_required(Permission.IMPORT_FILES)
def row(request: HttpRequest, file_id: int, number: int) -> HttpResponse:
    """One row: as it came, what is wrong with it, and whether it is left out."""
    file = _file(request, file_id)
    found = get_object_or_404(file.rows.select_related("decided_by"), number=number)
    if request.method == "POST":
        _settle(request, file, [number], leave_out=request.POST.get("decision") == IntakeRow.Decision.REJECT)
        return redirect("intake:row", file_id, number)
    intake = intake_of(file.kind)
    mapped = {column: name for name, column in file.columns.items()}
    cells = [
        (column, value, field_title(intake, mapped[column]) if column in mapped else "")
        for column, value in found.raw.items()
    ]
    shapes: dict[str, Any] = {}
    if found.geom:
        shapes["drawn"] = json.loads(found.geom.transform(4326, clone=True).geojson)
    told = [report_row(file, problem) for problem in problems(file).filter(row=found)]
    context = {"row": found, "file": file, "told": told, "cells": cells, "shapes": shapes}
    return render(request, "holdings/intake/row.html", context)


@require_POST
@permission_required(Permission.IMPORT_FILES)
def settle(request: HttpRequest, file_id: int) -> HttpResponse:
    """Leaves out every row that one kind of problem stops."""
    file = _file(request, file_id)
    code = request.POST.get("code", "")[:40]
    if not code:
        return HttpResponseBadRequest()
    _settle(request, file, undecided_rows(file, code), leave_out=True)
    return redirect("intake:file", file.pk)


def _settle(request: HttpRequest, file: IntakeFile, rows: list[int], *, leave_out: bool) -> None:
    by = cast(User, request.user)
    try:
        settled = settle_rows(file=file, rows=rows, leave_out=leave_out, by=by, at=timezone.now())
    except IMISError as refusal:
        messages.error(request, f"{refusal.message} {refusal.remedy}")
        return
    said = ngettext("%(count)s row was decided.", "%(count)s rows were decided.", settled)
    messages.success(request, said % {"count": settled})


@require_GET
@permission_required(Permission.IMPORT_FILES)
def on_map(request: HttpRequest, file_id: int) -> JsonResponse:
    """GeoJSON of the rows with problems (at most 2,000) and of the wards."""
    file = _file(request, file_id)
    intake = intake_of(file.kind)
    found = problem_map(file, request.GET.get("code", "")[:40])
    for feature in found["features"]:
        codes = feature["properties"].pop("codes")
        feature["properties"]["titles"] = [str(words_of(intake, code).title) for code in codes]
    return JsonResponse({"problems": found, "wards": ward_map()}, headers={"Cache-Control": "private, no-store"})


@require_GET
@permission_required(Permission.IMPORT_FILES)
def report(request: HttpRequest, file_id: int, kind: str) -> HttpResponse:
    """The whole problem report as a file: csv or xlsx."""
    file = _file(request, file_id)
    name = f"{file.kind}-{file.pk}-problems.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    if kind == "csv":
        return HttpResponse(csv_text(report_rows(file)), content_type="text/csv; charset=utf-8", headers=headers)
    return HttpResponse(xlsx_bytes(report_rows(file)), content_type=XLSX, headers=headers)


def _file(request: HttpRequest, file_id: int) -> IntakeFile:
    return get_object_or_404(intake_files(cast(User, request.user)), pk=file_id)
