"""The gate before every view: closed unless marked, second factor done, own password set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, resolve_url
from django.utils.translation import gettext

from imis.access import PUBLIC, next_step, to_sign_in

View = Callable[..., HttpResponseBase]


def before_second_factor(view: View) -> View:
    """Marks a page that a signed-in user needs on the way through the gate (the factor itself, sign-out)."""
    view.imis_before_gate = True  # type: ignore[attr-defined]
    return view


class Gate:
    """Refuses views without `imis_permission`, then asks for the second factor and a password of one's own."""

    def __init__(self, respond: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Passes the request on; the decision falls when the view is known."""
        return self.respond(request)

    def process_view(self, request: HttpRequest, view: View, _args: Any, _kwargs: Any) -> HttpResponseBase | None:
        """None to let the request pass, else the redirect or refusal."""
        guard = getattr(view, "imis_permission", None)
        if guard is None:
            raise PermissionDenied(f"{view!r} names no permission.")
        if guard is PUBLIC or getattr(view, "imis_before_gate", False):
            return None
        if not request.user.is_authenticated:
            return _sign_in_first() if getattr(view, "imis_api", False) else to_sign_in(request)
        step = next_step(request.user)
        here = request.resolver_match.url_name if request.resolver_match else ""
        return _send(request, step) if step and here != step else None


def _sign_in_first() -> HttpResponseBase:
    """A program that is not known reads it; a redirect to a form would mislead it."""
    return JsonResponse({"detail": gettext("Sign in first.")}, status=401)


def _send(request: HttpRequest, url_name: str) -> HttpResponseBase:
    if request.resolver_match and getattr(request.resolver_match.func, "imis_api", False):
        return JsonResponse({"detail": gettext("Sign in with a browser first, to the end.")}, status=403)
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=403, headers={"HX-Redirect": resolve_url(url_name)})
    return redirect(url_name)


def client_address(request: HttpRequest) -> str:
    """The visitor's address: the n-th from the right of X-Forwarded-For with n trusted proxies, else the peer.

    Entries further left are the visitor's own invention and are never believed.
    """
    peer = request.META.get("REMOTE_ADDR") or "0.0.0.0"  # noqa: S104 (a label for a unix socket, nothing is bound)
    hops = settings.TRUSTED_PROXIES
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    return forwarded[-hops] if hops and len(forwarded) >= hops else peer
