"""The public proof of a printed bill: is this paper ours, and what did it ask?"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from imis.access import PUBLIC, permission_required
from tax.queries import proved_bill


@require_GET
@permission_required(PUBLIC)
def verify_bill(request: HttpRequest, number: str, check: str) -> HttpResponse:
    """Says whether a bill with this number and check was issued; names nobody."""
    bill = proved_bill(number, check)
    return render(request, "tax/verify_bill.html", {"bill": bill}, status=200 if bill else 404)
