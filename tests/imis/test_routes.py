"""Every route of the URLconf: who is let in, who is not, and in which ward."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path, reverse
from django.urls.converters import IntConverter, UUIDConverter

from imis.access import PUBLIC, SIGNED_IN, permission_required
from imis.models import User
from imis.roles import PERMISSIONS, Permission, Role
from tests.imis.route_samples import EXPRESSIONS, OTHER_WARD, SAMPLES, WARD, World


@dataclass(frozen=True)
class Route:
    """One address pattern with its name and view."""

    name: str
    pattern: URLPattern

    @property
    def guard(self) -> Any:
        return getattr(self.pattern.callback, "imis_permission", None)

    @property
    def arguments(self) -> dict[str, Any]:
        dummies = {name: _dummy(converter) for name, converter in self.pattern.pattern.converters.items()}
        return dummies or EXPRESSIONS.get(self.name, {})

    def address(self, arguments: dict[str, Any] | None = None) -> str:
        return reverse(self.name, kwargs=self.arguments if arguments is None else arguments)


def _dummy(converter: Any) -> Any:
    if isinstance(converter, IntConverter):
        return 999_999_999
    return uuid.UUID(int=1) if isinstance(converter, UUIDConverter) else "x"


def _walk(patterns: list[Any], prefix: str = "") -> Iterator[Route]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            space = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from _walk(pattern.url_patterns, space)
        else:
            yield Route(f"{prefix}{pattern.name}", pattern)


ROUTES = list(_walk(get_resolver().url_patterns))
# Django's admin names its pages itself and takes regular expressions; its door is tested below.
OURS = [route for route in ROUTES if not route.name.startswith("admin:")]
GUARDED = [route for route in OURS if isinstance(route.guard, Permission)]
by_name = {"argvalues": OURS, "ids": [route.name for route in OURS]}
guarded_by_name = {"argvalues": GUARDED, "ids": [route.name for route in GUARDED]}


def ask(client: Client, address: str, **headers: str) -> Any:
    """GET, or POST where only that is allowed."""
    answer = client.get(address, headers=headers)
    return client.post(address, headers=headers) if answer.status_code == 405 else answer


def refused(answer: Any) -> bool:
    return bool(answer.status_code in (403, 404))


@pytest.mark.parametrize("route", ROUTES, ids=[route.name for route in ROUTES])
def test_each_view_names_its_permission(route: Route) -> None:
    assert route.guard in {PUBLIC, SIGNED_IN, *Permission}, f"{route.name} has no permission_required"


@pytest.mark.parametrize("route", **by_name)
def test_each_route_has_a_name(route: Route) -> None:
    assert route.pattern.name, f"{route.pattern.pattern} has no name"


def test_what_is_public_is_listed_here() -> None:
    """A new public page must be wanted: add it here with a reason."""
    assert {route.name for route in OURS if route.guard is PUBLIC} == PUBLIC_ROUTES


PUBLIC_ROUTES = {
    "health",  # the watchman
    "login",
    "set_language",
    "enter_receipt",  # a receipt proves itself to whoever holds it, and names nobody
    "verify_receipt",
    "verify_receipt_capitals",
    "verify_bill",
    # OGC API Features shows a stranger the layers of the public audience, and that there are no others.
    "ogc_landing",
    "layers_ogc:landing",
    "layers_ogc:conformance",
    "layers_ogc:api",
    "layers_ogc:collections",
    "layers_ogc:collection",
    "layers_ogc:items",
    "layers_ogc:item",
    # The door to WMS and WFS asks who it is itself: a GIS program brings no session; strangers get public layers only.
    "geoserver:door",
    "geoserver:audience",
    # The door of the map services asks for Basic itself and shows a stranger the public audience alone.
    "layers:tile",  # answers by the pass that the map page hands over; layers of the public audience need none
}


CLOSED = [route for route in OURS if route.guard is not PUBLIC]


@pytest.mark.django_db
@pytest.mark.parametrize("route", CLOSED, ids=[route.name for route in CLOSED])
def test_an_anonymous_visitor_is_sent_to_sign_in(route: Route, client: Client) -> None:
    answer = ask(client, route.address())
    if getattr(route.pattern.callback, "imis_api", False):
        assert (answer.status_code, answer["Content-Type"]) == (401, "application/json")
        return
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("login") + "?next=")
    fragment = ask(client, route.address(), **{"HX-Request": "true"})
    assert (fragment.status_code, fragment["HX-Redirect"]) == (403, reverse("login"))
    assert not fragment.content


@pytest.mark.parametrize("route", **guarded_by_name)
def test_roles_without_the_permission_are_refused(route: Route, signed_in: Callable[..., Client]) -> None:
    lacking = [role for role in Role if route.guard not in PERMISSIONS[role]]
    for role in lacking:
        assert ask(signed_in(role), route.address()).status_code == 403, role
    assert ask(signed_in(username="nobody"), route.address()).status_code == 403


LISTS = [route for route in GUARDED if not route.arguments]


@pytest.mark.parametrize("route", LISTS, ids=[route.name for route in LISTS])
def test_each_role_with_the_permission_is_let_in(route: Route, signed_in: Callable[..., Client]) -> None:
    for role in (role for role in Role if route.guard in PERMISSIONS[role]):
        answer = ask(signed_in(role), route.address())
        assert answer.status_code < 300 or answer.status_code in (302, 400), role


WITH_ARGUMENTS = [route for route in OURS if route.arguments]


def test_each_route_with_an_object_has_a_sample() -> None:
    names = {route.name for route in WITH_ARGUMENTS}
    assert names - SAMPLES.keys() == set(), "add these to tests/imis/route_samples.py"
    assert SAMPLES.keys() - names == set(), "these routes are gone"


SCOPED = [route for route in WITH_ARGUMENTS if callable(SAMPLES.get(route.name))]


@pytest.mark.parametrize("route", SCOPED, ids=[route.name for route in SCOPED])
def test_an_object_of_another_ward_is_refused(route: Route, signed_in: Callable[..., Client], person: Any) -> None:
    world = World(maker=person)
    arguments = SAMPLES[route.name](world)  # type: ignore[operator]
    address = route.address(arguments)
    for role in (role for role in Role if route.guard in PERMISSIONS[role]):
        here = signed_in(role, wards=[WARD], username=f"{role}-here")
        elsewhere = signed_in(role, wards=[OTHER_WARD], username=f"{role}-elsewhere")
        assert not refused(ask(here, address)), f"{role} in the object's own ward"
        assert refused(ask(elsewhere, address)), f"{role} of another ward"


def test_the_admin_is_for_administrators_only(signed_in: Callable[..., Client], client: Client) -> None:
    for name in ("admin:index", "admin:imis_job_changelist", "admin:axes_accessattempt_changelist"):
        assert client.get(reverse(name)).status_code == 302
        assert signed_in(Role.AUDITOR, username=f"auditor-{name}").get(reverse(name)).status_code == 403
        assert signed_in(Role.ADMINISTRATOR, username=f"boss-{name}").get(reverse(name)).status_code == 200


def test_the_admin_writes_nothing(signed_in: Callable[..., Client]) -> None:
    boss = signed_in(Role.ADMINISTRATOR)
    User.objects.update(is_staff=True, is_superuser=True)
    assert boss.get(reverse("admin:imis_job_add")).status_code == 403
    names = {route.name for route in ROUTES if route.name.startswith("admin:")}
    assert "admin:imis_user_changelist" not in names and "admin:auth_group_changelist" not in names


def unmarked(request: Any) -> HttpResponse:
    return HttpResponse("secret")


urlpatterns = [path("", unmarked, name="home"), path("in/", permission_required(PUBLIC)(unmarked), name="login")]
handler403 = "imis.views.refusals.denied"


@pytest.mark.urls(__name__)
def test_a_view_without_permission_stays_closed(db: None, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imis.views.refusals.render", lambda *_args, status, **_kw: HttpResponse(status=status))
    assert settings.ROOT_URLCONF == __name__
    assert client.get("/").status_code == 403
    assert client.get("/in/").status_code == 200
