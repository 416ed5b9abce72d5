"""The QGIS project of a person's audience, and the connection file that goes with it; neither holds a password."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from imis.access import permission_required
from imis.roles import Permission
from layers import access, queries
from layers.catalogue import GROUPS
from layers.exports.qgis import SERVICE, project
from layers.spec import Audience

SUFFIX = {Audience.PUBLIC: "public", Audience.STAFF: "staff", Audience.TAX: "tax"}


@permission_required(Permission.SEE_MAP)
@require_GET
def qgis_page(request: HttpRequest) -> HttpResponse:
    """What a planner does once, and the files to take."""
    granted = access.granted_to(request)
    context = {"suffix": SUFFIX[granted.audience], "role": granted.audience.schema}
    return render(request, "layers/qgis.html", {**context, "of_some_wards": granted.wards is not None})


@permission_required(Permission.SEE_MAP)
@require_GET
def qgis_project(request: HttpRequest) -> HttpResponse:
    """The project with every layer of the reader's audience, in the language of the screen.

    A view knows no wards: a layer that shows a person only their own is left out of theirs.
    """
    granted = access.granted_to(request)
    language = "bn" if (get_language() or "bn").startswith("bn") else "en"
    layers = [layer for layer in access.shown_to(request) if granted.scope(layer) is None]
    text = project(layers, granted.audience, dict(GROUPS), language, queries.city_extent())
    name = f"imis-{SUFFIX[granted.audience]}.qgs"
    return _file(text, name, "application/x-qgis")


@permission_required(Permission.SEE_MAP)
@require_GET
def service_file(request: HttpRequest) -> HttpResponse:
    """`pg_service.conf` for the project: where the database is, without user and password."""
    lines = [
        f"[{SERVICE}]",
        f"host={settings.GIS_DB_HOST}",
        f"port={settings.GIS_DB_PORT}",
        f"dbname={settings.DATABASES['default']['NAME']}",
        f"sslmode={settings.GIS_DB_SSL}",
        "application_name=QGIS",
    ]
    return _file("\n".join(lines) + "\n", "pg_service.conf", "text/plain; charset=utf-8")


def _file(text: str, name: str, kind: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(text, content_type=kind, headers=headers)
