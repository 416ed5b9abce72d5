"""A GeoServer in this process that answers as the real 2.26.2 was seen to, with its traps.

It keeps documents as the real one shows them, reads the database of its stores, and forgets nothing but what the real
one forgets. `tests/verification` runs the same suite against a real server.
"""

from __future__ import annotations

import base64
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.geoserver import fake_ows, fake_rest
from tests.geoserver.fake_answers import Answer, html
from tests.geoserver.fake_fresh import FRESH, GWC, RULES

Json = Any
_SERVICE = re.compile(r"/(?:(?P<workspace>[a-z_0-9]+)/)?(?P<service>wms|wfs|wcs|ows|gwc/service/wmts)")


class Fake:
    """The state of a GeoServer that has just been installed, and one that says who asks what."""

    def __init__(self) -> None:
        self.url = ""
        self.documents: dict[str, Json] = deepcopy(FRESH)
        self.texts: dict[str, str] = {"/rest/resource/gwc-gs.xml": GWC}
        self.tile_layers: dict[str, Json] = {}
        self.rules: dict[str, dict[str, str]] = deepcopy(RULES)
        self.mode = "HIDE"
        self.master = "geoserver"
        self.users: dict[str, dict[str, Any]] = {"admin": {"password": "geoserver", "enabled": True}}
        self.roles: dict[str, set[str]] = {"ADMIN": {"admin"}, "GROUP_ADMIN": set()}
        # Accounts the authentication cache still lets in although their password has changed.
        self.remembered: set[tuple[str, str]] = set()
        self.database_passwords: dict[str, str] = {}
        self.tiles_guarded = False
        self.tiles: set[str] = set()
        self.asked: list[tuple[str, dict[str, str], str]] = []

    def restart(self) -> None:
        """What a restart changes: the tile cache reads its file, memories are gone, maps come in another order."""
        for path, each in self.documents.items():
            if path.startswith("/rest/services/wfs/") and "gml" in each:
                each["gml"]["entry"].reverse()
        self.tiles_guarded = "<securityEnabled>true" in self.texts["/rest/resource/gwc-gs.xml"]
        self.remembered.clear()

    def who(self, header: str) -> str | None:
        """The name behind an Authorization header, "" for nobody, None for a wrong password."""
        if not header:
            return ""
        name, _, password = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
        user = self.users.get(name)
        if (name, password) in self.remembered:
            return name
        if user is None or not user["enabled"] or user["password"] != password:
            return None
        self.remembered.add((name, password))
        return name

    def may_read(self, workspace: str, user: str) -> bool:
        """Whether the rules let somebody read a workspace."""
        rule = self.rules["layers"].get(f"{workspace}.*.r", self.rules["layers"].get("*.*.r", "*"))
        allowed = {part.strip() for part in rule.split(",")}
        return "*" in allowed or any(user in self.roles.get(role, ()) for role in allowed)

    def answer(self, method: str, target: str, headers: dict[str, str], body: str) -> Answer:
        """The answer to one request."""
        parts = urlsplit(target)
        path = unquote(parts.path).removeprefix("/geoserver")
        user = self.who(headers.get("Authorization", ""))
        if user is None:
            return html(401, "Unauthorized")
        if path.startswith(("/rest/", "/gwc/rest/")):
            if user not in self.roles["ADMIN"]:
                return html(401 if not user else 403, "Forbidden")
            query = {key: values[-1] for key, values in parse_qs(parts.query, keep_blank_values=True).items()}
            return fake_rest.answer(self, method, path, query, body)
        found = _SERVICE.fullmatch(path)
        if found is None:
            return html(404, "Not Found")
        given = parse_qs(parts.query, keep_blank_values=True)
        query = {key.lower(): values for key, values in given.items()}
        self.asked.append((path, {key: values[-1] for key, values in query.items()}, user))
        return fake_ows.answer(self, found["workspace"], found["service"], query, user, method, body)


@contextmanager
def running() -> Iterator[Fake]:
    """A fresh fake behind a port of this machine."""
    fake = Fake()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # headers and body in one packet, or each answer waits for an acknowledgement
        disable_nagle_algorithm = True

        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length).decode() if length else ""
            answer = fake.answer(self.command, self.path, dict(self.headers.items()), body)
            self.send_response(answer.status)
            for name, value in {"Content-Type": answer.kind, **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST = do_PUT = do_DELETE = _serve

        def log_message(self, *_args: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_port}/geoserver"
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
