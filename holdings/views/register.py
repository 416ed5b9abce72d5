"""Search the register, and one holding's page and panel."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from holdings.models import Holding
from holdings.queries import HoldingCard, holding_card, search_holdings
from imis.access import permission_required, require_ward
from imis.models import User
from imis.roles import Permission, may

JSON_AT_MOST = 12


@never_cache
@require_GET
@permission_required(Permission.SEE_REGISTER)
def register(request: HttpRequest) -> HttpResponse:
    """The search page."""
    text = request.GET.get("q", "").strip()[:100]
    found = search_holdings(text, cast(User, request.user)) if text else []
    sees_people = may(cast(User, request.user), Permission.SEE_PEOPLE)
    return render(request, "holdings/register.html", {"text": text, "found": found, "sees_people": sees_people})


@never_cache
@require_GET
@permission_required(Permission.SEE_REGISTER)
def search(request: HttpRequest) -> JsonResponse:
    """What a search box asks: {"results": [{id, title, subtitle, code, number, ward, url}]}."""
    text = request.GET.get("q", "").strip()[:100]
    ward = request.GET.get("ward", "")
    number = int(ward[:9]) if ward.isascii() and ward.isdigit() else None  # no ward's number is longer
    found = search_holdings(text, cast(User, request.user), ward=number, limit=JSON_AT_MOST) if text else []
    results = [
        {
            "id": row.id,
            "title": row.title,
            "subtitle": row.subtitle,
            "code": row.code,
            "number": row.number,
            "ward": row.ward,
            "url": reverse("holdings:detail", args=[row.id]),
        }
        for row in found
    ]
    return JsonResponse({"results": results})


@never_cache
@require_GET
@permission_required(Permission.SEE_REGISTER)
def detail(request: HttpRequest, holding_id: int) -> HttpResponse:
    """A holding's card, with the panels that upper floors offer (settings.HOLDING_PANELS) loaded by URL."""
    card = _card(request, holding_id)
    user = cast(User, request.user)
    panels = [
        reverse(name, args=[holding_id])
        for name, permission in settings.HOLDING_PANELS
        if may(user, Permission(permission), ward=card.holding.ward_id)
    ]
    return render(request, "holdings/detail.html", {**_context(request, card), "panels": panels})


@never_cache
@require_GET
@permission_required(Permission.SEE_REGISTER)
def panel(request: HttpRequest, holding_id: int) -> HttpResponse:
    """The register's fragment beside the map."""
    return render(request, "holdings/panel.html", _context(request, _card(request, holding_id)))


def _card(request: HttpRequest, holding_id: int) -> HoldingCard:
    try:
        card = holding_card(holding_id, timezone.localdate())
    except Holding.DoesNotExist:
        raise Http404 from None
    require_ward(cast(User, request.user), Permission.SEE_REGISTER, card.holding.ward_id)
    return card


def _context(request: HttpRequest, card: HoldingCard) -> dict[str, Any]:
    user = cast(User, request.user)
    return {
        "card": card,
        "sees_people": may(user, Permission.SEE_PEOPLE, ward=card.holding.ward_id),
        "sees_survey": may(user, Permission.IMPORT_SURVEY),
    }
