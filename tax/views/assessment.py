"""Wards at a glance, the assessment of a ward, and the approval of values."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from imis import bangla
from imis.access import permission_required, ward_scope
from imis.errors import IMISError
from imis.fiscal import fiscal_year_of
from imis.roles import Permission, may
from tax.forms import AssessForm, RejectForm
from tax.models import Assessment
from tax.queries import proposals_waiting, rule_set_on, wards_at_a_glance
from tax.queries.desk import totals
from tax.services import AssessmentOutcome, approve_assessments, assess_ward, reject_assessment
from tax.templatetags.tax_text import skip_reason
from tax.views.scope import language, person, ward_or_403

ROWS_A_PAGE = 100


@require_GET
@permission_required(Permission.SEE_TAX)
def desk(request: HttpRequest) -> HttpResponse:
    """Every ward in the user's scope: assessed, waiting, billed, unpaid."""
    today, user = timezone.localdate(), person(request)
    year = fiscal_year_of(today)
    quarter = year.quarter_of(today)
    rows = wards_at_a_glance(wards=ward_scope(user), fiscal_year=year.start_year, quarter=quarter, today=today)
    context = {
        "rows": (settled := [row for row in rows if row.active]),
        "empty_wards": [row for row in rows if not row.active],
        "total": totals(settled),
        "fiscal_year": year.start_year,
        "quarter": quarter,
        "can_assess": may(user, Permission.ASSESS),
        "can_approve": may(user, Permission.APPROVE_ASSESSMENT),
        "can_bill": may(user, Permission.PREVIEW_BILLS),
    }
    return render(request, "tax/desk.html", context)


@require_http_methods(["GET", "POST"])
@permission_required(Permission.ASSESS)
def assess(request: HttpRequest, ward: int) -> HttpResponse:
    """Assesses every active holding of a ward from a day on."""
    place = ward_or_403(request, Permission.ASSESS, ward)
    today = timezone.localdate()
    form = AssessForm(request.POST or None, initial={"valid_from": fiscal_year_of(today).start})
    if request.method == "POST" and form.is_valid():
        valid_from = form.cleaned_data["valid_from"]
        try:
            done = assess_ward(
                ward=place.number,
                rule_set=rule_set_on(valid_from),
                valid_from=valid_from,
                by=person(request),
                at=timezone.now(),
            )
        except IMISError as error:
            form.add_error("valid_from", f"{error.message} {error.remedy}".strip())
        else:
            messages.success(request, _told(done))
            return redirect("tax:desk")
    return render(request, "tax/assess.html", {"ward": place, "form": form})


def _told(done: AssessmentOutcome) -> str:
    counts = {
        "in_force": _count(done.first + done.raised),
        "proposed": _count(done.proposed),
        "unchanged": _count(done.unchanged),
        "skipped": _count(sum(done.skipped.values())),
    }
    said = (
        _(
            "%(in_force)s values are in force, %(proposed)s wait for an approver, %(unchanged)s stay as they were, "
            "%(skipped)s holdings could not be assessed."
        )
        % counts
    )
    if done.withdrawn:
        said += " " + ngettext(
            "%(n)s proposal that no longer fits the facts was withdrawn.",
            "%(n)s proposals that no longer fit the facts were withdrawn.",
            len(done.withdrawn),
        ) % {"n": _count(len(done.withdrawn))}
    reasons = [f"{skip_reason(reason)}: {_count(count)}" for reason, count in sorted(done.skipped.items())]
    return f"{said} ({', '.join(reasons)})" if reasons else said


def _count(number: int) -> str:
    return bangla.grouped(number, language())


@require_http_methods(["GET", "POST"])
@permission_required(Permission.APPROVE_ASSESSMENT)
def proposals(request: HttpRequest, ward: int) -> HttpResponse:
    """Values that wait for an approver, in the order of the collector's route; the ticked ones are approved."""
    place = ward_or_403(request, Permission.APPROVE_ASSESSMENT, ward)
    waiting = proposals_waiting([place.number])
    problem = ""
    if request.method == "POST":
        chosen = _chosen(request, waiting)
        if not chosen:
            problem = _("Tick at least one value that still waits for approval.")
        else:
            try:
                approved = approve_assessments(ids=chosen, by=person(request), at=timezone.now())
            except IMISError as error:
                problem = f"{error.message} {error.remedy}".strip()
            else:
                messages.success(request, _("%(n)s values are approved and in force.") % {"n": _count(approved)})
                return redirect("tax:proposals", place.number)
    context = {"ward": place, "page": _page(request, waiting), "form_error": problem}
    return render(request, "tax/proposals.html", context, status=400 if problem else 200)


def _chosen(request: HttpRequest, waiting: QuerySet[Assessment]) -> list[int]:
    """The ticked proposals, of this ward only: the others are not this officer's to approve."""
    ticked = [int(pk) for pk in request.POST.getlist("assessment") if pk.isascii() and pk.isdigit() and len(pk) < 18]
    return list(waiting.filter(pk__in=ticked).values_list("pk", flat=True))


def _page(request: HttpRequest, waiting: QuerySet[Assessment]) -> Page[Assessment]:
    return Paginator(waiting.select_related("proposed_by"), ROWS_A_PAGE).get_page(request.GET.get("page"))


@require_POST
@permission_required(Permission.APPROVE_ASSESSMENT)
def reject(request: HttpRequest, ward: int) -> HttpResponse:
    """Rejects one proposed value of the ward; the reason is required and goes to the audit."""
    place = ward_or_403(request, Permission.APPROVE_ASSESSMENT, ward)
    form = RejectForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Nothing was rejected: say in a few words why the value is wrong."))
        return redirect("tax:proposals", place.number)
    proposal = get_object_or_404(proposals_waiting([place.number]), pk=form.cleaned_data["assessment"])
    try:
        reject_assessment(
            assessment=proposal.pk, reason=form.cleaned_data["reason"], by=person(request), at=timezone.now()
        )
    except IMISError as error:
        messages.error(request, f"{error.message} {error.remedy}".strip())
    else:
        messages.success(request, _("The value is rejected; the one in force stays."))
    return redirect("tax:proposals", place.number)
