"""Who may see which layer, and the short-lived pass that lets tiles through without reading the session.

docs/adr on the tile pass tells why and what it costs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.http import HttpRequest, HttpResponse

from imis.access import signed_in, ward_scope
from imis.models import User
from imis.roles import Permission, may
from layers.catalogue import LAYERS
from layers.spec import Audience, Layer

COOKIE = "imis_map"
LIFETIME = 600
_SIGNER = signing.TimestampSigner(salt="layers.pass")
_NEEDS: dict[Audience, tuple[Permission, ...]] = {
    Audience.PUBLIC: (),
    Audience.STAFF: (Permission.SEE_MAP,),
    Audience.TAX: (Permission.SEE_MAP, Permission.SEE_TAX),
}


@dataclass(frozen=True)
class Pass:
    """What one person may see on the map: the widest audience, and the wards of scoped layers (None: all)."""

    audience: Audience
    wards: tuple[int, ...] | None

    def opens(self, layer: Layer) -> bool:
        """True when the layer's audience is within this pass."""
        return layer.audience <= self.audience

    def scope(self, layer: Layer) -> tuple[int, ...] | None:
        """The wards of the layer that may be shown; None means all."""
        return self.wards if layer.scoped else None


NOBODY = Pass(Audience.PUBLIC, ())


def pass_of(user: User | AnonymousUser) -> Pass:
    """The pass that a user's roles and wards give now."""
    if not isinstance(user, User):
        return NOBODY
    widest = max(audience for audience, needs in _NEEDS.items() if all(may(user, permission) for permission in needs))
    scope = ward_scope(user)
    return Pass(widest, None if scope is None else tuple(sorted(scope)))


def granted_to(request: HttpRequest) -> Pass:
    """The pass of whoever sends a request; who is only half signed in is a stranger."""
    person = signed_in(request)
    return NOBODY if person is None else pass_of(person)


def visible_layers(user: User | AnonymousUser) -> tuple[Layer, ...]:
    """The layers a user may see, in the catalogue's order."""
    granted = pass_of(user)
    return tuple(layer for layer in LAYERS if granted.opens(layer))


def shown_to(request: HttpRequest) -> tuple[Layer, ...]:
    """The layers that whoever sends a request may see."""
    return visible_layers(signed_in(request) or AnonymousUser())


def hand_over(request: HttpRequest, response: HttpResponse) -> None:
    """Puts the user's pass into a signed cookie that only tile requests carry.

    It is bound to the session cookie, so it ends with the session, and lives for LIFETIME seconds at most.
    """
    granted = granted_to(request)
    wards = None if granted.wards is None else list(granted.wards)
    content = [int(granted.audience), wards, _session_mark(request.COOKIES)]
    response.set_cookie(
        COOKIE,
        _SIGNER.sign_object(content),
        max_age=LIFETIME,
        path="/map/tiles/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def presented(cookies: Mapping[str, str]) -> Pass:
    """The pass among a tile request's cookies; NOBODY when it is missing, forged, too old or of another session."""
    try:
        audience, wards, mark = _SIGNER.unsign_object(cookies[COOKIE], max_age=LIFETIME)
    except (KeyError, signing.BadSignature):
        return NOBODY
    if mark != _session_mark(cookies):
        return NOBODY
    return Pass(Audience(audience), None if wards is None else tuple(wards))


def _session_mark(cookies: Mapping[str, str]) -> str:
    session = cookies.get(settings.SESSION_COOKIE_NAME, "")
    return hashlib.sha256(session.encode()).hexdigest()[:24] if session else ""
