"""Leaks to plant: each opens a real hole in the product until its `with` block ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from fsm.api import RequestOut
from geoserver import views as ows
from geoserver.ows import literals
from geoserver.ows.asked import Asked
from geoserver.ows.upstream import Answer, Wards
from holdings.api import HoldingOut
from imis import access as entrance
from imis import api as rest
from imis.roles import PERMISSIONS, Permission, Role
from layers import access
from layers import tiles as drawing
from layers.access import Pass
from layers.catalogue import BY_NAME, LAYERS
from layers.database import view_sql
from layers.exports import qgis
from layers.plans import Plan, plan
from layers.spec import Audience, Band, Layer
from layers.tokens import basic
from layers.views import tiles
from tests.matrix.checker import Asker
from tests.verification.town import committed

Leak = Callable[[pytest.MonkeyPatch], AbstractContextManager[None]]
_BUILDINGS = BY_NAME["buildings"].features
_NUMBER = next(each for each in _BUILDINGS.attributes if each.name == "bin")


def _patched(change: Callable[[pytest.MonkeyPatch], None]) -> Leak:
    @contextmanager
    def planted(patch: pytest.MonkeyPatch) -> Iterator[None]:
        with patch.context() as ours:
            change(ours)
            yield

    return planted


def _frozen(thing: Any, name: str, value: Any) -> Leak:
    """Changes a value of the catalogue, which is frozen."""

    @contextmanager
    def planted(_patch: pytest.MonkeyPatch) -> Iterator[None]:
        before = getattr(thing, name)
        object.__setattr__(thing, name, value)
        try:
            yield
        finally:
            object.__setattr__(thing, name, before)

    return planted


def _in_database(plant: tuple[str, ...], undo: tuple[str, ...]) -> Leak:
    @contextmanager
    def planted(_patch: pytest.MonkeyPatch) -> Iterator[None]:
        committed(*plant)
        try:
            yield
        finally:
            committed(*undo)

    return planted


def _view_with_owner(audience: Audience) -> Leak:
    """A column with the owner's name in the view of the buildings."""
    view = f"{audience.schema}.{_BUILDINGS.name}"
    ours = view_sql(_BUILDINGS, audience)
    owner = """(SELECT o.name_bn FROM holdings_holdingbuilding l JOIN holdings_ownership w USING (holding_id)
                JOIN holdings_owner o ON o.id = w.owner_id WHERE l.building_id = v.id LIMIT 1) AS owner"""
    wide = f"CREATE OR REPLACE VIEW {view} AS SELECT v.*, {owner} FROM ({ours.partition(' AS ')[2]}) v"
    return _in_database((wide,), (f"DROP VIEW {view}", ours, f"GRANT SELECT ON {view} TO {audience.schema}"))


class _Elsewhere:
    """A map server that is asked for something else than the door allowed."""

    def __init__(self, behind: Any, asked: Callable[[Asked], Asked], wards: Callable[[Wards], Wards]) -> None:
        self._behind, self._asked, self._wards = behind, asked, wards
        self.services = behind.services

    def ask(self, asked: Asked, wards: Wards) -> Answer:
        """As another would ask."""
        return self._behind.ask(self._asked(asked), self._wards(wards))  # type: ignore[no-any-return]


def _ows(patch: pytest.MonkeyPatch, asked: Any = lambda asked: asked, wards: Any = lambda wards: wards) -> None:
    behind = ows.map_server()
    patch.setattr(ows, "map_server", lambda: _Elsewhere(behind, asked, wards))


def _columns_of_staff(asked: Asked) -> Asked:
    return replace(asked, audience=max(asked.audience, Audience.STAFF))


def _mobile_in_rest(patch: pytest.MonkeyPatch) -> None:
    write = HoldingOut.to_representation

    def wide(self: HoldingOut, holding: Any) -> Any:
        owner = holding.ownerships.get().owner
        return {**write(self, holding), "mobile": owner.mobile}

    patch.setattr(HoldingOut, "to_representation", wide)


def _password_in_project(patch: pytest.MonkeyPatch) -> None:
    source = qgis.data_source
    patch.setattr(qgis, "data_source", lambda band, audience: f"password='x' {source(band, audience)}")


def _token_as_session(patch: pytest.MonkeyPatch) -> None:
    """The gate takes a map's token for a person who signed in."""
    patch.setattr(AuthenticationMiddleware, "process_request", _signed_in_by_token)


def _signed_in_by_token(_middleware: AuthenticationMiddleware, request: HttpRequest) -> None:
    request.user = basic(request.headers.get("authorization", "")) or AnonymousUser()


def _token_of_anybody(patch: pytest.MonkeyPatch) -> None:
    """The name beside the token decides who it is."""
    patch.setattr(ows, "basic", lambda _: Asker("auditor").account())


def _values_believed(patch: pytest.MonkeyPatch) -> None:
    """What a filter compares with goes to the map server as it came."""
    patch.setattr(literals, "value", lambda _column, text, **_: text)
    patch.setattr(literals, "plain", lambda text, **_: text)


@contextmanager
def _number_in_tile(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """The statement of a tile is kept, so the leak has one of its own."""

    def fresh(layer: Layer, band: Band, scoped: bool) -> Plan:
        return plan(f"leak_{band.name}", drawing.statement.__wrapped__(layer, band, scoped), drawing.TYPES)

    with patch.context() as ours, _frozen(_NUMBER, "in_tile", True)(patch):
        ours.setattr(drawing, "_plan", fresh)
        yield


def _granted(role: Role, permission: Permission) -> Leak:
    return _patched(lambda patch: patch.setitem(PERMISSIONS, role, PERMISSIONS[role] | {permission}))


COLUMN_IN_PUBLIC_VIEW = _view_with_owner(Audience.PUBLIC)
COLUMN_IN_STAFF_VIEW = _view_with_owner(Audience.STAFF)
TABLE_OPEN_TO_PUBLIC = _in_database(
    ("GRANT SELECT ON holdings_owner TO gis_public",), ("REVOKE SELECT ON holdings_owner FROM gis_public",)
)
LAYER_WIDENED = _frozen(BY_NAME["containments"], "audience", Audience.PUBLIC)
COLUMN_WIDENED = _frozen(_NUMBER, "audience", Audience.PUBLIC)
COLUMN_IN_TILE = _number_in_tile
WARDS_FORGOTTEN = _patched(lambda patch: patch.setattr(Pass, "scope", lambda *_: None))
HALF_SIGNED_IN_BELIEVED = _patched(lambda patch: patch.setattr(entrance, "next_step", lambda _: ""))
TOKEN_AS_SESSION = _patched(_token_as_session)
TOKEN_OF_ANYBODY = _patched(_token_of_anybody)
FILTER_BELIEVED = _patched(_values_believed)
TILE_PASS_BELIEVED = _patched(lambda patch: patch.setattr(tiles, "presented", lambda _: Pass(Audience.TAX, None)))
EVERY_LAYER_OFFERED = _patched(lambda patch: patch.setattr(access, "visible_layers", lambda _: LAYERS))
REST_UNGUARDED = _patched(lambda patch: patch.setattr(rest, "may", lambda *_, **__: True))
REST_WITH_MOBILE = _patched(_mobile_in_rest)
REQUESTER_FOR_ALL = _patched(lambda patch: patch.setattr(RequestOut, "sees_people", lambda *_: True))
REST_OF_ALL_WARDS = _patched(lambda patch: patch.setattr(rest, "in_scope", lambda rows, *_: rows))
OWS_COLUMNS_KEPT = _patched(lambda patch: _ows(patch, asked=_columns_of_staff))
OWS_OF_ALL_WARDS = _patched(lambda patch: _ows(patch, wards=lambda _: None))
OWS_CIRCLE_BELIEVED = _patched(lambda patch: patch.setattr(ows, "_audience", lambda *_: Audience.TAX))
PASSWORD_IN_PROJECT = _patched(_password_in_project)
DRIVER_AT_THE_MAP = _granted(Role.DRIVER, Permission.SEE_MAP)
CASHIER_TAKES_FILES = _granted(Role.CASHIER, Permission.EXPORT_LAYERS)
PLANNER_SEES_TAX = _granted(Role.PLANNER, Permission.SEE_TAX)
PLANNER_SEES_PEOPLE = _granted(Role.PLANNER, Permission.SEE_PEOPLE)
