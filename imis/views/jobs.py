"""The background jobs of everyone, for whoever looks after the system."""

from __future__ import annotations

from typing import cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from imis import queries
from imis.access import permission_required
from imis.jobs import failure, may_watch, registered
from imis.models import Job, User
from imis.roles import Permission

PAGE = 50


@never_cache
@require_GET
@permission_required(Permission.SEE_JOBS)
def jobs(request: HttpRequest) -> HttpResponse:
    """What runs, waits, is done or failed: who asked for it, how far it is, and why it stopped.

    A job's own page, with its result, stays with those who may watch it.
    """
    asked = request.GET.get("state", "")
    state = asked if asked in Job.State.values else ""
    page = Paginator(queries.jobs(state), PAGE).get_page(request.GET.get("page"))
    by = cast(User, request.user)
    counts = queries.job_counts()
    context = {
        "page": page,
        "rows": [
            {"job": job, "label": _label(job), "failure": failure(job), "open": may_watch(job, by)} for job in page
        ],
        "state": state,
        "counts": [(code, label, counts[code]) for code, label in Job.State.choices],
        "asked": f"state={state}" if state else "",
    }
    return render(request, "imis/jobs.html", context)


def _label(job: Job) -> str:
    """The title of a job's kind, or its code when an older release had asked for it."""
    kind = registered(job.kind)
    return str(kind.label) if kind else job.kind
