"""The door before each map server there is here: the fake, MapServer when it is installed, the real GeoServer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from geoserver.ows.by_geoserver import GeoServer, hang_up
from geoserver.ows.by_mapserver import MapServer
from geoserver.ows.workers import Workers, find_mapserver
from imis.models import User
from imis.roles import Role
from layers.tokens import make_token
from tests.verification.stand import KINDS, standing
from tests.verification.town import BOX

BEHIND = [*KINDS, "mapserver"]
MAP = {
    "service": "WMS", "version": "1.3.0", "request": "GetMap", "styles": "", "crs": "EPSG:3857",
    "bbox": ",".join(f"{part:.2f}" for part in BOX), "width": "300", "height": "180", "format": "image/png",
}  # fmt: skip
FEATURES = {"service": "WFS", "version": "2.0.0", "request": "GetFeature", "outputformat": "application/json"}


@contextmanager
def behind(kind: str, folder: Path) -> Iterator[Any]:
    """The map server of a kind, ready to be asked."""
    if kind != "mapserver":
        with standing(kind) as stand:
            stand.publish()
            yield GeoServer(stand.server), stand.fake
            hang_up()
        return
    if find_mapserver() is None:
        pytest.skip("cgi-mapserver is not installed")
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"]
    deep = folder / "a-checkout-may-lie-deeper-than-the-hundred-and-seven-bytes-that-the-kernel-takes-for-a-socket"
    deep.mkdir()
    with Workers(deep / "ows.sock", 1):
        yield MapServer(deep / "ows.sock"), None


def person(*roles: Role, wards: tuple[int, ...] | None = None) -> User:
    """Somebody with some offices in some wards (none given: all)."""
    name = "-".join(roles) + ("" if wards is None else str(wards))
    user = User(username=name, roles=list(roles), all_wards=wards is None, ward_numbers=list(wards or ()))
    user.set_unusable_password()
    user.save()
    return user


def signed(user: User) -> dict[str, str]:
    """The header of a GIS program of theirs."""
    import base64

    return {"authorization": "Basic " + base64.b64encode(f"{user.username}:{make_token(user)}".encode()).decode()}
