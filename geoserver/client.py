"""A thin client of GeoServer's REST interface over the standard library.

It follows no redirect and no link of an answer (links carry the public address, and the password would go with
them), asks no proxy, gives up after a time, and takes every secret out of what it reports.
"""

from __future__ import annotations

import base64
import http.client
import json
from typing import Any
from urllib.parse import quote, urlsplit

from geoserver.config import Server

Json = Any
JSON, XML, SLD = "application/json", "text/xml", "application/vnd.ogc.sld+xml"
_LONGEST_ANSWER = 20_000_000


class Unreachable(RuntimeError):
    """GeoServer did not answer in time, or not at all."""


class Refused(RuntimeError):
    """GeoServer answered with an error; `status` is its code."""

    def __init__(self, method: str, path: str, status: int, text: str) -> None:
        super().__init__(f"{method} {path}: {status} {text}".strip())
        self.status = status


class Client:
    """One kept connection as one account; `writes` counts what was changed through it."""

    def __init__(
        self,
        server: Server,
        *,
        account: tuple[str, str] | None = None,
        anonymous: bool = False,
        timeout: float = 60,
    ) -> None:
        parts = urlsplit(server.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("IMIS_GEOSERVER_URL must begin with http:// or https:// and name a host.")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._line = kind(parts.hostname, parts.port, timeout=timeout)
        self._root = parts.path.rstrip("/")
        self._secrets = tuple(secret for secret in server.secrets.values() if secret)
        self._headers = {} if anonymous else _basic(*(account or (server.user, server.password)))
        self.writes = 0

    def close(self) -> None:
        """Ends the connection."""
        self._line.close()

    def read(self, path: str) -> Json | None:
        """The JSON document at a path, or None when there is none (404)."""
        text = self.text(path, accept=JSON)
        return None if text is None else json.loads(text)

    def text(self, path: str, *, accept: str = "*/*") -> str | None:
        """The text at a path, or None when there is none. Raises Refused for any other refusal."""
        status, body = self.ask("GET", path, headers={"Accept": accept})
        if status == 404:
            return None
        if status >= 300:
            raise self._refused("GET", path, status, body)
        return body.decode("utf-8")

    def write(self, method: str, path: str, body: Json | str | None = None, *, kind: str = JSON) -> None:
        """Sends a change; `body` is a JSON document, or text of another `kind`. Raises Refused."""
        content = b"" if body is None else (body if isinstance(body, str) else json.dumps(body)).encode()
        status, answer = self.ask(method, path, content, {"Content-Type": kind, "Accept": "*/*"})
        self.writes += 1
        if status >= 300:
            raise self._refused(method, path, status, answer)

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Status and body of a request as they are. Raises Unreachable. A dead kept connection is opened once more."""
        sent = {**self._headers, **(headers or {})}
        for attempt in (1, 2):
            try:
                self._line.request(method, self._root + path, body or None, sent)
                answer = self._line.getresponse()
                return answer.status, answer.read(_LONGEST_ANSWER)
            except (
                ConnectionResetError,
                BrokenPipeError,
                http.client.RemoteDisconnected,
                http.client.CannotSendRequest,
            ):
                self._line.close()
                if attempt == 2 or method not in ("GET", "PUT", "DELETE"):
                    raise Unreachable("GeoServer closed the connection.") from None
            except (OSError, http.client.HTTPException) as failure:
                self._line.close()
                raise Unreachable(f"GeoServer does not answer: {type(failure).__name__}") from None
        raise AssertionError("unreachable")

    def _refused(self, method: str, path: str, status: int, body: bytes) -> Refused:
        text = " ".join(body.decode("utf-8", "replace").split())
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return Refused(method, path, status, text[:300])


def _basic(name: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def part(name: str) -> str:
    """A name as one part of a path."""
    return quote(name, safe="")


def many(document: Json, *keys: str) -> list[Json]:
    """The list under some keys, whatever GeoServer makes of an empty list ("") or of a single item (no list)."""
    for key in keys:
        document = document.get(key) if isinstance(document, dict) else None
    if document in (None, ""):
        return []
    return document if isinstance(document, list) else [document]
