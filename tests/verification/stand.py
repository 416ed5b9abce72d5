"""A GeoServer to try things on: the fake always, and the real one when GEOSERVER_URL names it.

For the real one: GEOSERVER_PASSWORD is its administrator's (default `geoserver`), GEOSERVER_DB_HOST and
GEOSERVER_DB_PORT say how it reaches the cluster of the test database. Use a server that nobody else uses.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection

from geoserver import plan, roles
from geoserver.client import Client
from geoserver.config import Database, Server, secret_names
from geoserver.plan import differences
from geoserver.publish import Outcome, publish, take_over
from geoserver.security import new_secret
from geoserver.things import Thing
from layers.queries import city_bounds, ward_places
from layers.spec import Audience
from tests.geoserver.fake import Fake, running
from tests.verification.town import BOX

KINDS = ["fake", "real"] if os.environ.get("GEOSERVER_URL") else ["fake"]


@dataclass
class Stand:
    """A server with its secrets, and how to ask it."""

    server: Server
    database: Database
    fake: Fake | None

    def client(self) -> Client:
        """A connection as administrator."""
        return Client(self.server)

    def things(self) -> tuple[Thing, ...]:
        """The plan for this server and the town."""
        return plan.things(self.server, self.database, city_bounds(ward_places()))

    def publish(self) -> Outcome:
        """Applies the plan."""
        client = self.client()
        try:
            return publish(client, self.things())
        finally:
            client.close()

    def differences(self) -> list[str]:
        """What a check would say."""
        client = self.client()
        try:
            return [str(each) for each in differences(client, self.things())]
        finally:
            client.close()

    def rest(self, method: str, path: str, body: Any = None, *, kind: str = "application/json") -> tuple[int, Any]:
        """Status and body of a REST call as administrator; JSON is decoded."""
        content = b"" if body is None else (body if isinstance(body, str) else json.dumps(body)).encode()
        client = self.client()
        try:
            status, answer = client.ask(method, path, content, {"Content-Type": kind, "Accept": "application/json"})
        finally:
            client.close()
        text = answer.decode("utf-8", "replace")
        return status, json.loads(text) if status < 300 and text.startswith(("{", "[")) else text

    def ask(self, path: str, who: Audience | str = "", headers: Any = None, **query: Any) -> tuple[int, bytes]:
        """Status and body of a service request as a door account, as "admin", or as a stranger ("")."""
        account = self.server.door(who) if isinstance(who, Audience) else None
        client = Client(self.server, account=account, anonymous=who == "")
        try:
            return client.ask("GET", f"{path}?{urlencode(query, quote_via=quote)}", headers=headers)
        finally:
            client.close()

    def features(self, who: Audience | str, workspace: str, name: str, **query: Any) -> tuple[int, Any]:
        """Status and document of a WFS GetFeature in JSON."""
        asked = {"service": "WFS", "version": "2.0.0", "request": "GetFeature", "typenames": name}
        status, body = self.ask(f"/{workspace}/wfs", who, **{"outputformat": "application/json", **asked, **query})
        return status, json.loads(body) if body.startswith(b"{") else body.decode()

    def map(self, who: Audience | str, workspace: str, name: str, **query: Any) -> tuple[int, bytes]:
        """Status and body of a WMS GetMap."""
        asked = {
            "service": "WMS", "version": "1.3.0", "request": "GetMap", "layers": name, "styles": "",
            "crs": "EPSG:3857", "bbox": ",".join(f"{part:.2f}" for part in BOX), "width": 200, "height": 120,
            "format": "image/png",
        }  # fmt: skip
        return self.ask(f"/{workspace}/wms", who, **{**asked, **query})

    def tile(self, who: Audience | str, workspace: str, name: str) -> tuple[int, bytes, str]:
        """Status, body and cache result of a WMTS tile."""
        query = {
            "service": "WMTS", "version": "1.0.0", "request": "GetTile", "layer": name, "style": "",
            "format": "image/png", "tilematrixset": "EPSG:900913", "tilematrix": "EPSG:900913:12", "tilerow": 1781,
            "tilecol": 3066,
        }  # fmt: skip
        account = self.server.door(who) if isinstance(who, Audience) else None
        client = Client(self.server, account=account, anonymous=who == "")
        try:
            client._line.request(
                "GET", f"{client._root}/{workspace}/gwc/service/wmts?{urlencode(query)}", headers=client._headers
            )
            answer = client._line.getresponse()
            return answer.status, answer.read(), answer.headers.get("geowebcache-cache-result", "")
        finally:
            client.close()


@contextmanager
def standing(kind: str) -> Iterator[Stand]:
    """The stand of a kind, its administrator's password being ours."""
    secrets = {name: new_secret() for name in secret_names()}
    name = connection.settings_dict["NAME"]
    passwords = {key: value for key, value in secrets.items() if key.startswith("database-")}
    if kind == "real":
        secrets["admin"] = os.environ.get("GEOSERVER_PASSWORD", "geoserver")
        host, port = os.environ.get("GEOSERVER_DB_HOST", "127.0.0.1"), os.environ.get("GEOSERVER_DB_PORT", "5432")
        database = Database(host, port, name, passwords=passwords)
        _make_logins(database)
        yield Stand(Server(os.environ["GEOSERVER_URL"].rstrip("/"), secrets=secrets), database, None)
        return
    database = Database("127.0.0.1", str(settings.DATABASES["default"]["PORT"] or 5432), name, passwords=passwords)
    with running() as fake:
        fake.database_passwords = {database.user(audience): database.password(audience) for audience in Audience}
        stand = Stand(Server(fake.url, secrets=secrets), database, fake)
        take_over(stand.server)
        yield stand


def _make_logins(database: Database) -> None:
    original = roles.config.database
    roles.config.database = lambda: database  # type: ignore[assignment]
    try:
        roles.make_logins()
    finally:
        roles.config.database = original
