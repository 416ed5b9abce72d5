"""The monthly report on the screen, on paper and as a workbook."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from fsm.documents.content import report_page
from fsm.documents.report import report_pdf, report_xlsx
from fsm.forms.requests import MonthForm
from fsm.queries.report import Month, Report, monthly_report
from fsm.views.scope import language, person
from imis.access import permission_required, ward_scope
from imis.roles import Permission

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
@permission_required(Permission.SEE_SLUDGE)
def report(request: HttpRequest) -> HttpResponse:
    """The month's indicators, figures and tables, within the wards of the reader."""
    made, form = _report(request)
    page = report_page(made, language(), "")
    # On a telephone each row is a card, and each figure of it says what it is.
    tables = [
        {**table, "rows": [list(zip(table["head"], row, strict=True)) for row in table["rows"]]}
        for table in page["tables"]
    ]
    context: dict[str, Any] = {"form": form, "month": made.month, "report": page, "tables": tables}
    return render(request, "fsm/report.html", context)


@require_GET
@permission_required(Permission.SEE_SLUDGE)
def report_paper(request: HttpRequest) -> HttpResponse:
    """The report as PDF, in the language of the screen."""
    made, _form = _report(request)
    return _file(report_pdf(made, lang=language()), "application/pdf", "inline", _name(made, "pdf"))


@require_GET
@permission_required(Permission.SEE_SLUDGE)
def report_workbook(request: HttpRequest) -> HttpResponse:
    """The report as a workbook, in the language of the screen."""
    made, _form = _report(request)
    return _file(report_xlsx(made, lang=language()), _XLSX, "attachment", _name(made, "xlsx"))


def _report(request: HttpRequest) -> tuple[Report, MonthForm]:
    today = timezone.localdate()
    form = MonthForm(request.GET if "month" in request.GET else {"month": today.strftime("%Y-%m")}, today=today)
    day = form.cleaned_data["month"] if form.is_valid() else today
    return monthly_report(Month(day.year, day.month), timezone.now(), ward_scope(person(request))), form


def _name(made: Report, ending: str) -> str:
    return f"sludge-{made.month.year}-{made.month.month:02d}.{ending}"


def _file(content: bytes, kind: str, how: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'{how}; filename="{name}"'}
    return HttpResponse(content, content_type=kind, headers=headers)
