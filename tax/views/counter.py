"""The counter: find the holding, and see what was taken today."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from holdings.queries import search_holdings
from imis.access import permission_required
from imis.roles import Permission
from tax.queries import payments_taken, total_taken
from tax.views.scope import person

FOUND_AT_MOST = 20
LATEST = 10


@never_cache
@require_GET
@permission_required(Permission.TAKE_PAYMENT)
def counter(request: HttpRequest) -> HttpResponse:
    """Search box, what it found, and what this officer has taken today."""
    text = request.GET.get("q", "").strip()
    now = timezone.now()
    context = {
        "text": text,
        "found": (found := search_holdings(text, person(request), limit=FOUND_AT_MOST) if text else []),
        "only_one": len(found) == 1,
        "cut": len(found) == FOUND_AT_MOST,
        "today": {
            "payments": (taken := payments_taken(person(request), now))[:LATEST],
            "count": taken.filter(reversal=None).count(),
            "more": taken.count() > LATEST,
            "total": total_taken(person(request), now),
        },
    }
    return render(request, "tax/counter.html", context)
