"""The town for a module, and a map server behind `/ows/`: MapServer when it is installed, else the fake GeoServer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from geoserver import views
from geoserver.ows.workers import find_mapserver
from tests.matrix import town
from tests.verification.doors import behind


@pytest.fixture(scope="module")
def standing_town(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The town, visible to every process."""
    with django_db_blocker.unblock(), town.standing():
        yield


@pytest.fixture(scope="module")
def served(standing_town: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The map server itself."""
    with behind("mapserver" if find_mapserver() else "fake", tmp_path_factory.mktemp("ows")) as (server, _fake):
        yield server


@pytest.fixture
def doors(served: Any, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every door is open to be asked."""
    monkeypatch.setattr(views, "map_server", lambda: served)
