"""The auditor's log and the progress of background jobs."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from imis import queries
from imis.access import SIGNED_IN, permission_required
from imis.forms import AuditFilterForm
from imis.jobs import failure, may_watch, registered
from imis.models import Job, User
from imis.roles import Permission
from imis.whereabouts import addresses
from imis.words import action_words, object_words

PAGE = 100
HTMX_STOP_POLLING = 286


@require_GET
@permission_required(Permission.SEE_AUDIT)
def audit_log(request: HttpRequest) -> HttpResponse:
    """Audit rows with filters, newest first."""
    form = AuditFilterForm(request.GET or None)
    actions, kinds = queries.audit_words()
    form.fields["action"].widget.choices = [("", "—"), *((code, action_words(code)) for code in actions)]
    form.fields["object_type"].widget.choices = [("", "—"), *((code, object_words(code)) for code in kinds)]
    filters: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    page = Paginator(queries.audit_rows(filters), PAGE).get_page(request.GET.get("page"))
    asked = request.GET.copy()
    asked.pop("page", None)
    where = addresses([(row.object_type, row.object_id) for row in page], cast(User, request.user))
    context = {"form": form, "page": page, "where": where, "asked": asked.urlencode()}
    return render(request, "imis/audit_log.html", context)


@require_GET
@permission_required(Permission.SEE_AUDIT)
def office_changes(request: HttpRequest) -> HttpResponse:
    """Changes of roles and wards as the database recorded them, also those made outside this system."""
    return render(request, "imis/office_changes.html", {"changes": queries.office_changes()})


@never_cache
@require_GET
@permission_required(SIGNED_IN)
def job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """A background job with a progress bar, for its owner and those who could have asked for it."""
    return render(request, "imis/job.html", _job_context(request, job_id))


@never_cache
@require_GET
@permission_required(SIGNED_IN)
def job_progress(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """The progress fragment that the page asks for every second; 286 tells HTMX to stop asking."""
    context = _job_context(request, job_id)
    status = HTMX_STOP_POLLING if context["ended"] else 200
    return render(request, "imis/job_progress.html", context, status=status)


def _job_context(request: HttpRequest, job_id: UUID) -> dict[str, Any]:
    found = get_object_or_404(Job, pk=job_id)
    if not may_watch(found, cast(User, request.user)):
        raise Http404
    kind = registered(found.kind)
    done = found.state == Job.State.DONE
    return {
        "job": found,
        "label": kind.label if kind else found.kind,
        "failure": failure(found),
        "start": kind.start if kind else "home",
        "ended": found.state in (Job.State.DONE, Job.State.FAILED),
        "result_url": kind.result_url(found) if kind and kind.result_url and done else "",
    }
