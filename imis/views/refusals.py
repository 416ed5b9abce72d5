"""Pages that say no, kindly: what happened and what to do next."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from imis.errors import BadInput, IMISError, NotAllowed

_STATUS = {NotAllowed: 403, BadInput: 400}
_CONFLICT = 409  # a rule or the present state stands against it; the same request may pass later


class NoText(BadRequest):
    """A parameter (its name; "" for the address itself) holds what is no text."""

    def __init__(self, parameter: str) -> None:
        super().__init__("A character that is no text")
        self.parameter = parameter


def _page(request: HttpRequest, status: int, title: str, sentences: list[str], way_out: str = "home") -> HttpResponse:
    if _for_a_program(request):
        return JsonResponse({"detail": " ".join((f"{title}:", *sentences))}, status=status)
    context = {"title": title, "sentences": sentences, "way_out": way_out, "status": status}
    if request.headers.get("HX-Request") == "true":
        return render(request, "imis/refusal_fragment.html", context, status=status)
    return render(request, "imis/refusal.html", context, status=status)


def _for_a_program(request: HttpRequest) -> bool:
    return bool(getattr(_view(request), "imis_api", False))


def _view(request: HttpRequest) -> Any:
    return request.resolver_match and request.resolver_match.func


def refused(request: HttpRequest, refusal: IMISError) -> HttpResponse:
    """403, 400 or 409: what a service or a query refused, in its own words and with its remedy."""
    status = next((code for kind, code in _STATUS.items() if isinstance(refusal, kind)), _CONFLICT)
    sentences = [refusal.message, refusal.remedy] if refusal.remedy else [refusal.message]
    return _page(request, status, _("This does not work now"), sentences)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request cannot be read. A door for programs names the parameter in its own form (`imis_says_no`)."""
    says_no = getattr(_view(request), "imis_says_no", None)
    if says_no and isinstance(exception, NoText) and exception.parameter:
        return cast(HttpResponse, says_no(exception.parameter))
    return _page(request, 400, _("This request cannot be read"), [_("Go back, reload the page and try again.")])


def denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: the role or the ward scope does not allow it."""
    sentences = [
        _("Your role or your wards do not include this."),
        _("If it belongs to your work, ask an administrator to change your role or your wards."),
    ]
    return _page(request, 403, _("You may not do this"), sentences)


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: nothing at this address (or nothing this user may know of)."""
    sentences = [_("There is nothing at this address."), _("Start from the home page or search for the holding.")]
    return _page(request, 404, _("Not found"), sentences)


def broken(request: HttpRequest) -> HttpResponse:
    """500: a defect; it touches no database, which may be what failed."""
    return render(
        request,
        "imis/broken.html",
        {"corporation": settings.CORPORATION, "request_id": getattr(request, "imis_request_id", "")},
        status=500,
    )


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of the CSRF check: mostly a form that stayed open too long."""
    sentences = [
        _("The page stayed open too long or cookies are switched off, so nothing was saved."),
        _("Go back, reload the page and send the form again."),
    ]
    return _page(request, 403, _("This form has expired"), sentences)


def locked_out(request: HttpRequest, credentials: Any = None, *args: Any, **kwargs: Any) -> HttpResponse:
    """429: too many wrong passwords; says how long to wait and whom to ask."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    sentences = [
        _("Too many wrong passwords were typed for this name from this place."),
        _("Wait %(minutes)s minutes and try again, or ask an administrator for a new password.") % {"minutes": minutes},
        _("If it was not you, tell an administrator now."),
    ]
    return _page(request, 429, _("Sign-in is locked for a while"), sentences, way_out="login")
