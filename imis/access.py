"""Permission at the edge: every view carries the one permission it needs.

`@permission_required(Permission.X)` sets `view.imis_permission`; a test walks every route and fails
when a view has none. Object scope (wards) is asked with `require_ward` or filtered with `in_scope`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import wraps
from typing import Any, TypeVar, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _

from imis.models import User
from imis.roles import Permission, may


class Open(str, Enum):
    """Markers for views that no single permission guards."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"


PUBLIC = Open.PUBLIC
SIGNED_IN = Open.SIGNED_IN

Guard = Permission | Open
View = Callable[..., HttpResponseBase]
Rows = TypeVar("Rows", bound="QuerySet[Any]")


def permission_required(permission: Guard) -> Callable[[View], View]:
    """Guards a view: sign-in first, then `permission` (or PUBLIC / SIGNED_IN).

    An anonymous visitor is sent to the sign-in page (an HTMX fragment answers 403 with HX-Redirect);
    a signed-in user without the permission gets the 403 page.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if permission is not PUBLIC and not request.user.is_authenticated:
                return to_sign_in(request)
            if isinstance(permission, Permission) and not may(cast(User, request.user), permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.imis_permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def next_step(user: User) -> str:
    """The page on which a user must first finish signing in; empty when that is done.

    The order matters: a temporary password is changed only by someone who has proved the second factor.
    """
    if settings.SECOND_FACTOR and not user.is_verified():  # type: ignore[attr-defined]  # by django_otp's middleware
        return "second_factor"
    return "change_password" if user.must_change_password else ""


def signed_in(request: HttpRequest) -> User | None:
    """Whoever has signed in to the end; None for a stranger, and for whoever is only half signed in.

    A view that is open to all asks this before it shows a person more: the gate lets everybody through to it.
    """
    user = request.user
    return user if isinstance(user, User) and not next_step(user) else None


def to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Redirects a page to the sign-in form; a fragment gets 403 and tells HTMX to leave the page."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=403, headers={"HX-Redirect": resolve_url("login")})
    return redirect_to_login(request.get_full_path(), resolve_url("login"))


def require_ward(user: User, permission: Permission, ward: int) -> None:
    """Raises PermissionDenied unless the user may do `permission` in ward number `ward`."""
    if not may(user, permission, ward=ward):
        raise PermissionDenied(_("This ward is outside your area of work."))


def ward_scope(user: User) -> list[int] | None:
    """The ward numbers a user works in; None means every ward."""
    return None if user.all_wards else list(user.ward_numbers)


def in_scope(rows: Rows, user: User, field: str = "ward__number") -> Rows:
    """The rows whose ward number (`field`) lies in the user's scope."""
    scope = ward_scope(user)
    return rows if scope is None else rows.filter(**{f"{field}__in": scope})
