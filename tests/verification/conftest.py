"""The town, committed for a module, and a server that has been published to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.verification import town
from tests.verification.stand import KINDS, Stand, standing


def pytest_report_header() -> str:
    """Says aloud whether a real GeoServer takes part."""
    return f"GeoServer: the fake and {os.environ.get('GEOSERVER_URL') or 'no real one (GEOSERVER_URL names none)'}"


@pytest.fixture(scope="module")
def committed_town(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The town in the test database, visible to other processes."""
    with django_db_blocker.unblock():
        town.build()
        try:
            yield
        finally:
            town.tear_down()


@pytest.fixture(scope="module", params=KINDS)
def stand(request: pytest.FixtureRequest, committed_town: None) -> Iterator[Stand]:
    """The fake, and the real one when there is one, published to."""
    with standing(request.param) as each:
        each.publish()
        yield each
