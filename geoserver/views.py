"""The door `/ows/`: who may, what may be asked, passing it on, and what comes back; and the page that explains it."""

from __future__ import annotations

from typing import cast

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from geoserver.config import server
from geoserver.ows import answers, reading, refusals
from geoserver.ows.asked import Asked
from geoserver.ows.by_geoserver import GeoServer
from geoserver.ows.by_mapserver import MapServer
from geoserver.ows.refusals import Refusal
from geoserver.ows.upstream import Down, Wards
from geoserver.ows.upstream import MapServer as AnyMapServer
from geoserver.services import give_token, note_download
from imis.access import PUBLIC, permission_required, signed_in
from imis.models import User
from imis.roles import Permission
from layers.access import NOBODY, Pass, pass_of
from layers.spec import Audience
from layers.tokens import LIFETIME, basic

log = structlog.get_logger(__name__)
_LONGEST_QUERY = 40_000


@csrf_exempt
@permission_required(PUBLIC)
def door(request: HttpRequest, audience: str = "", service: str | None = None) -> HttpResponseBase:
    """WMS, WFS and WMTS. Public layers are for everybody, the others for a session or a user's name with a token."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    spoken = (request.GET.get("service") or request.GET.get("SERVICE") or service or "").upper()
    try:
        person = _person(request)
        granted = pass_of(person) if person else NOBODY
        wished = _audience(audience, granted, person)
        if len(request.META.get("QUERY_STRING", "")) > _LONGEST_QUERY:
            raise Refusal("InvalidParameterValue", _("The request is too long."), 414)
        asked = reading.read(request.GET, wished, (service or "").rpartition("/")[2].replace("ows", ""))
        return _passed_on(request, asked, granted, person)
    except Refusal as refusal:
        return refusals.response(spoken, refusal)
    except Down as failure:
        log.error("map_server_down", reason=str(failure))
        return refusals.response(spoken, Refusal("NoApplicableCode", _("The map server does not answer."), 502))


def _person(request: HttpRequest) -> User | None:
    """Whoever asks; None for a stranger. Raises Refusal (401) for a header that names nobody.

    A session counts only after the second factor and with a password of one's own, as everywhere.
    """
    header = request.META.get("HTTP_AUTHORIZATION", "")
    if header:
        found = basic(header)
        if found is None:
            raise Refusal("NoApplicableCode", _("The name or the token is not right, or the token has ended."), 401)
        return found
    return signed_in(request)


def _audience(wished: str, granted: Pass, person: User | None) -> Audience:
    """The audience of the address, or the widest of the person. Raises Refusal when it is wider than theirs."""
    if not wished:
        return granted.audience
    audience = Audience[wished.upper()]
    if audience > granted.audience:
        text = _("These layers are not for you.") if person else _("Sign in with your name and a token.")
        raise Refusal("NoApplicableCode", text, 403 if person else 401)
    return audience


def _passed_on(request: HttpRequest, asked: Asked, granted: Pass, person: User | None) -> HttpResponseBase:
    behind = map_server()
    if asked.service not in behind.services:
        raise Refusal("OperationNotSupported", _("This operation is not offered."), 501)
    limits: list[Wards] = [granted.scope(layer) for layer, _band in asked.bands]
    wards = next((limit for limit in limits if limit is not None), None)
    if asked.operation == "GetTile" and wards is not None:
        raise Refusal("NoApplicableCode", _("These layers are not for you."), 403)
    root = f"{_root(request)}{reverse('geoserver:audience', args=[asked.audience.name.lower()])}"
    response = answers.relayed(asked, behind.ask(asked, wards), root)
    if asked.operation == "GetFeature" and asked.parameters.get("resulttype") != "hits":
        _note(asked, wards, person)
    return response


def _note(asked: Asked, wards: Wards, person: User | None) -> None:
    """Strangers get only what is public, and would fill the audit log: they leave a line in the server's log."""
    if person is None:
        log.info("public_features", layer=asked.names[0])
        return
    note_download(asked=asked, wards=wards, by=person, at=timezone.now())


def _root(request: HttpRequest) -> str:
    """The address of this site: the one in the settings, else the host of the request, which Django has checked."""
    return settings.PUBLIC_URL or f"{request.scheme}://{request.get_host()}"


def map_server() -> AnyMapServer:
    """The map server of this installation: GeoServer where the settings name one, else MapServer."""
    return GeoServer(server()) if settings.GEOSERVER_URL else MapServer()


@never_cache
@permission_required(Permission.SEE_MAP)
@require_http_methods(["GET", "POST"])
def connect(request: HttpRequest) -> HttpResponse:
    """The addresses for a GIS program; a POST also gives a token, shown this once."""
    user = cast(User, request.user)
    token = give_token(by=user, at=timezone.now()) if request.method == "POST" else ""
    widest = pass_of(user).audience
    rows = [
        {
            "audience": audience.name.lower(),
            "url": _root(request) + reverse("geoserver:audience", args=[audience.name.lower()]),
        }
        for audience in Audience
        if audience <= widest
    ]
    context = {"rows": rows, "token": token, "days": LIFETIME // (24 * 3600), "username": user.username}
    return render(request, "geoserver/connect.html", context)
