"""What happens around every request: its language, its id in the log, what it may hold, and refusals in words."""

from __future__ import annotations

import codecs
import re
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

from imis.errors import IMISError
from imis.texts import is_text
from imis.views import refusals

Respond = Callable[[HttpRequest], HttpResponseBase]
_SAFE_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


class ChosenLanguage:
    """Bangla unless the visitor chose another language; the browser's own wish does not count.

    Office computers are installed in English, so `Accept-Language` says nothing about the reader.
    """

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Activates the language of the cookie for this request."""
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.respond(request)
        patch_vary_headers(response, ("Cookie",))
        response.headers.setdefault("Content-Language", language)
        return response


class RequestId:
    """Gives each request an id that every log line carries and the response repeats."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Takes the proxy's X-Request-ID when it is harmless, else makes one."""
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _SAFE_ID.fullmatch(given) else uuid.uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        request.imis_request_id = request_id  # type: ignore[attr-defined]
        response = self.respond(request)
        response.headers["X-Request-ID"] = request_id
        return response


class Utf8Alone:
    """Reads every request as UTF-8, the only encoding of our pages; stands before the session looks at its cookie."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """400 for another charset: Python knows some that make half a surrogate pair of plain letters."""
        if request.encoding and codecs.lookup(request.encoding).name != "utf-8":
            request.encoding = "utf-8"  # the page that says no is drawn from this request
            raise BadRequest("Charset other than UTF-8")
        # A cookie can hold a NUL, written in octal. It names no session and no language: it counts as not sent.
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if is_text(value)}
        return self.respond(request)


class OnlyText:
    """Refuses what no database can be asked for, once for all views: in the address, its parameters or a form.

    It comes after the gate and the check of forms, so that strangers cannot make us read what they send.
    """

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Passes the request on; the form is read when the gate has let it through."""
        return self.respond(request)

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any) -> None:
        """NoText for a NUL or half a surrogate pair; it names the parameter."""
        if not is_text(request.path_info):
            raise refusals.NoText("")
        for name, values in (*request.GET.lists(), *request.POST.lists()):
            if not all(map(is_text, (name, *values))):
                raise refusals.NoText(name)


class RefusalsInWords:
    """Shows the refusal of a service or query that no view of its own turned into words, as a page or as JSON."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Passes the request on."""
        return self.respond(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """None for anything but a refusal: that is a defect, and stays one."""
        return refusals.refused(request, error) if isinstance(error, IMISError) else None
