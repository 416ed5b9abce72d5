"""The first page after sign-in, and the health check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from imis.access import PUBLIC, SIGNED_IN, permission_required
from imis.models import User
from imis.navigation import Link, links_for


@dataclass(frozen=True)
class Tile:
    """A task on the home page and how many things wait there."""

    link: Link
    waiting: int


@require_GET
@permission_required(SIGNED_IN)
def home(request: HttpRequest) -> HttpResponse:
    """What this person can do now: the tasks of their roles."""
    user = cast(User, request.user)
    groups = [
        (shown.section, [Tile(link, link.waiting(user) if link.waiting else 0) for link in shown.links if link.tile])
        for shown in links_for(user)
    ]
    return render(request, "imis/home.html", {"groups": [group for group in groups if group[1]]})


@never_cache
@require_GET
@permission_required(PUBLIC)
def health(request: HttpRequest) -> HttpResponse:
    """200 when the database answers, 503 when not; for the door, the proxy and the watchman."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "down", "database": False}, status=503)
    return JsonResponse({"status": "up", "database": True})
