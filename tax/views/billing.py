"""A ward's bills of an instalment: preview, issue, print the whole ward."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from imis import bangla
from imis.access import permission_required, require_ward
from imis.errors import IMISError
from imis.fiscal import FiscalYear, fiscal_year_of
from imis.models import Job
from imis.roles import Permission, may
from tax.forms import BillPeriodForm, IssueForm, likely_dates
from tax.queries import BILLED, bill_preview, preview_rows, ward_bills_file
from tax.services import issue_bills, request_ward_bills
from tax.views.scope import language, person, ward_or_403

ROWS_A_PAGE = 100
OUTLIERS = "outliers"


@require_GET
@permission_required(Permission.PREVIEW_BILLS)
def bill_run(request: HttpRequest, ward: int) -> HttpResponse:
    """The demand register of an instalment beside the last one, before anything is issued."""
    place = ward_or_403(request, Permission.PREVIEW_BILLS, ward)
    today = timezone.localdate()
    year = fiscal_year_of(today)
    asked = request.GET if "quarter" in request.GET else None
    form = BillPeriodForm(
        asked,
        today=today,
        language=language(),
        initial={"fiscal_year": year.start_year, "quarter": year.quarter_of(today)},
    )
    period = form.cleaned_data if asked is not None and form.is_valid() else form.initial
    issued_on, due_on = likely_dates(period["fiscal_year"], period["quarter"], today)
    dates = {"issued_on": issued_on, "due_on": due_on}
    context = {
        "year_is_over": today > FiscalYear(period["fiscal_year"]).end,
        "ward": place,
        "period": period,
        "form": form,
        "issue_form": IssueForm(today=today, language=language(), initial={**period, **dates}),
        **_register(request, place.number, period),
        **_rights(request, place.number),
    }
    return render(request, "tax/bill_run.html", context)


def _register(request: HttpRequest, ward: int, period: Mapping[str, Any]) -> dict[str, Any]:
    """The rows that have or get a bill (or those to look at), and why the others get none."""
    asked = request.GET.copy()
    asked.pop("page", None)
    only_outliers = asked.get("only") == OUTLIERS
    quarter = (ward, period["fiscal_year"], period["quarter"])
    preview = bill_preview(*quarter)
    count = preview.to_bill.outliers if only_outliers else preview.to_bill.count + preview.issued.count
    page = Paginator(range(count), ROWS_A_PAGE).get_page(request.GET.get("page"))
    after = (page.number - 1) * ROWS_A_PAGE
    return {
        "preview": preview,
        "skipped": {reason: count for reason, count in preview.skipped.items() if reason != BILLED},
        "only_outliers": only_outliers,
        "page": page,
        "rows": preview_rows(*quarter, after=after, most=ROWS_A_PAGE, only_outliers=only_outliers),
        "asked": asked.urlencode(),
    }


def _rights(request: HttpRequest, ward: int) -> dict[str, bool]:
    user = person(request)
    return {
        "can_issue": may(user, Permission.ISSUE_BILLS, ward=ward),
        "can_print": may(user, Permission.PRINT_BILLS, ward=ward),
        "sees_people": may(user, Permission.SEE_PEOPLE, ward=ward),
    }


@require_POST
@permission_required(Permission.ISSUE_BILLS)
def issue(request: HttpRequest, ward: int) -> HttpResponse:
    """Issues what is missing of an instalment's bills."""
    place = ward_or_403(request, Permission.ISSUE_BILLS, ward)
    form = IssueForm(request.POST, today=timezone.localdate(), language=language())
    if not form.is_valid():
        for name, errors in form.errors.items():
            field = form.fields.get(name)
            told = " ".join(str(error) for error in errors)
            messages.error(request, f"{field.label}: {told}" if field else told)
        return redirect("tax:bill_run", place.number)
    data = form.cleaned_data
    try:
        done = issue_bills(ward=place.number, **data, by=person(request), at=timezone.now())
    except IMISError as error:
        messages.error(request, f"{error.message} {error.remedy}".strip())
    else:
        said = {"n": bangla.grouped(done.bills, language()), "amount": bangla.grouped(done.demand, language())}
        messages.success(request, _("%(n)s bills are issued; the demand is ৳ %(amount)s.") % said)
    return redirect(_run_address(place.number, data))


def _run_address(ward: int, period: dict[str, Any]) -> str:
    address = reverse("tax:bill_run", args=[ward])
    return f"{address}?fiscal_year={period['fiscal_year']}&quarter={period['quarter']}"


@require_POST
@permission_required(Permission.PRINT_BILLS)
def print_ward(request: HttpRequest, ward: int) -> HttpResponse:
    """Asks for all bills of a ward and instalment in one PDF; it is made in the background."""
    place = ward_or_403(request, Permission.PRINT_BILLS, ward)
    form = BillPeriodForm(request.POST, today=timezone.localdate(), language=language())
    if not form.is_valid():
        return redirect("tax:bill_run", place.number)
    try:
        job = request_ward_bills(
            ward=place.number, **form.cleaned_data, by=person(request), at=timezone.now(), lang=language()
        )
    except IMISError as error:
        messages.error(request, f"{error.message} {error.remedy}".strip())
        return redirect(_run_address(place.number, form.cleaned_data))
    return redirect("job", job.pk)


@require_GET
@permission_required(Permission.PRINT_BILLS)
def ward_file(request: HttpRequest, job_id: UUID) -> HttpResponseBase:
    """Hands out a finished ward file to whoever may print that ward's bills."""
    job = get_object_or_404(Job, pk=job_id)
    if "ward" in job.arguments:
        require_ward(person(request), Permission.PRINT_BILLS, job.arguments["ward"])
    made = ward_bills_file(job)
    if made is None:
        raise Http404
    return FileResponse(made.path.open("rb"), as_attachment=False, filename=made.filename)
