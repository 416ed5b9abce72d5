"""GeoServer behind the door: asked over kept connections, each audience under its own account."""

from __future__ import annotations

import base64
import http.client
import threading
from collections.abc import Iterator
from urllib.parse import quote, urlencode, urlsplit

from geoserver.config import Server
from geoserver.ows import filters
from geoserver.ows.asked import Asked
from geoserver.ows.upstream import CHUNK, Answer, Down, Wards

_PATHS = {"WMS": "wms", "WFS": "wfs", "WMTS": "gwc/service/wmts"}
_SECONDS = 70
_kept = threading.local()


class GeoServer:
    """The door's side of a GeoServer."""

    name = "geoserver"
    services = ("WMS", "WFS", "WMTS")

    def __init__(self, server: Server) -> None:
        self._server = server
        self._parts = urlsplit(server.url)

    def ask(self, asked: Asked, wards: Wards) -> Answer:
        """Passes a checked request on. Raises Down."""
        query = urlencode(parameters(asked, wards), quote_via=quote)
        path = f"{self._parts.path}/{asked.audience.schema}/{_PATHS[asked.service]}?{query}"
        name, password = self._server.door(asked.audience)
        account = base64.b64encode(f"{name}:{password}".encode()).decode()
        answer = self._send(path, {"Authorization": f"Basic {account}", "Accept-Encoding": "identity"})
        return Answer(answer.status, answer.headers.get("Content-Type", ""), _pieces(answer), answer.close)

    def _send(self, path: str, headers: dict[str, str]) -> http.client.HTTPResponse:
        """A kept connection may have been closed meanwhile: then once more on a new one."""
        for fresh in (False, True):
            line = self._line(fresh)
            try:
                line.request("GET", path, headers=headers)
                return line.getresponse()
            except (http.client.RemoteDisconnected, ConnectionError, http.client.CannotSendRequest) as failure:
                line.close()
                if fresh:
                    raise Down(type(failure).__name__) from failure
            except (OSError, http.client.HTTPException) as failure:
                line.close()
                raise Down(type(failure).__name__) from failure
        raise AssertionError("unreachable")

    def _line(self, fresh: bool) -> http.client.HTTPConnection:
        lines: dict[str, http.client.HTTPConnection] = _kept.__dict__.setdefault("lines", {})
        line = lines.get(self._server.url)
        # An answer that nobody read to its end spoils the line.
        spoiled = line is not None and getattr(line, "_HTTPConnection__response", None) is not None
        if line is None or fresh or spoiled:
            if line is not None:
                line.close()
            kind = http.client.HTTPSConnection if self._parts.scheme == "https" else http.client.HTTPConnection
            line = lines[self._server.url] = kind(self._parts.hostname or "", self._parts.port, timeout=_SECONDS)
        return line


def hang_up() -> None:
    """Closes this thread's kept connections."""
    for line in _kept.__dict__.pop("lines", {}).values():
        line.close()


def parameters(asked: Asked, wards: Wards) -> dict[str, str]:
    """The parameters as GeoServer takes them, with the wards where the layer shows a person only their own."""
    found = dict(asked.parameters)
    limits = [wards if layer.scoped else None for layer, _band in asked.bands]
    names = ",".join(asked.names)
    if asked.operation in ("GetMap", "GetFeatureInfo"):
        found |= {"layers": names, "styles": "", **({"query_layers": names} if "info_format" in found else {})}
        if any(limit is not None for limit in limits):
            found["cql_filter"] = ";".join("INCLUDE" if limit is None else _cql(limit) for limit in limits)
    elif asked.operation in ("GetTile", "GetLegendGraphic"):
        found["layer"] = names
    elif names:
        qualified = ",".join(f"{asked.audience.schema}:{name}" for name in asked.names)
        found["typenames" if asked.version == "2.0.0" else "typename"] = qualified
    if asked.operation == "GetFeature":
        limit = filters.in_wards(limits[0]) if limits[0] is not None else None
        condition = filters.every(asked.condition, limit)
        if condition is not None:
            found["filter"] = filters.written(condition, asked.version)
    return found


def _cql(wards: tuple[int, ...]) -> str:
    return f"ward IN ({', '.join(str(int(ward)) for ward in wards)})" if wards else "ward IN (-1)"


def _pieces(answer: http.client.HTTPResponse) -> Iterator[bytes]:
    try:
        while piece := answer.read(CHUNK):
            yield piece
    except (OSError, http.client.HTTPException) as failure:
        raise Down(type(failure).__name__) from failure
    finally:
        answer.close()
