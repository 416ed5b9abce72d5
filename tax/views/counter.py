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
from tax.queries import day_at_the_counter
from tax.views.scope import person

FOUND_AT_MOST = 20
LATEST = 10


@never_cache
@require_GET
@permission_required(Permission.TAKE_PAYMENT)
def counter(request: HttpRequest) -> HttpResponse:
    """Search box, what it found, and what this officer has taken today."""
    text = request.GET.get("q", "").strip()
    context = {
        "text": text,
        "found": (found := search_holdings(text, person(request), limit=FOUND_AT_MOST) if text else []),
        "only_one": len(found) == 1,
        "cut": len(found) == FOUND_AT_MOST,
        "today": day_at_the_counter(person(request), timezone.now(), latest=LATEST),
    }
    return render(request, "tax/counter.html", context)
