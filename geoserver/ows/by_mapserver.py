"""MapServer behind the door, where there is no GeoServer: Debian's `mapserv` workers on a Unix socket."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

from django.conf import settings

from geoserver.ows import fastcgi, filters, literals
from geoserver.ows.asked import Asked
from geoserver.ows.mapfile import EVERYBODY, NOBODY, paints_of
from geoserver.ows.upstream import Answer, Down, Wards

_SECONDS = 70
_FORMATS = {"application/json": "geojson"}


class MapServer:
    """The door's side of MapServer; `folder` holds one map an audience."""

    name = "mapserver"
    services = ("WMS", "WFS")

    def __init__(self, socket: Path | None = None) -> None:
        self._socket = socket or settings.OWS_SOCKET
        self._folder = self._socket.with_suffix(".maps")

    def ask(self, asked: Asked, wards: Wards) -> Answer:
        """Passes a checked request on. Raises Down, and Refusal for a filter that MapServer might misread."""
        query = {"map": str(self._folder / f"{asked.audience.schema}.map"), **parameters(asked, wards)}
        cgi = {
            "REQUEST_METHOD": "GET",
            "QUERY_STRING": urlencode(query, quote_via=quote),
            "SCRIPT_NAME": "/mapserv",
            "SERVER_NAME": "door.invalid",
            "SERVER_PORT": "80",
        }
        try:
            headers, pieces = fastcgi.ask(self._socket, cgi, _SECONDS)
        except OSError as failure:
            raise Down(type(failure).__name__) from failure
        status = int((headers.get("status") or "200").split()[0])
        return Answer(status, headers.get("content-type", ""), _guarded(pieces), lambda: None)


def parameters(asked: Asked, wards: Wards) -> dict[str, str]:
    """The parameters as MapServer takes them; the wards are in the SQL of scoped layers, whatever else is asked."""
    found = dict(asked.parameters)
    limited = asked.scoped and wards is not None
    found["wards"] = EVERYBODY if not limited else ",".join(str(int(ward)) for ward in wards or ()) or NOBODY
    if asked.operation == "GetMap":
        found |= {"layers": ",".join(paint for _layer, band in asked.bands for paint in paints_of(band)), "styles": ""}
    elif asked.operation == "GetFeatureInfo":
        found |= {"layers": ",".join(asked.names), "query_layers": ",".join(asked.names), "styles": ""}
        found["info_format"] = _FORMATS.get(found["info_format"], found["info_format"])
        found.setdefault("format", "image/png")
    elif asked.operation == "GetLegendGraphic":
        found |= {"layer": f"{asked.names[0]}.all", "sld_version": "1.1.0"}
    elif asked.names:
        found["typenames" if asked.version == "2.0.0" else "typename"] = ",".join(asked.names)
    if asked.operation == "GetFeature":
        found.setdefault("sortby", "id A")  # pages must meet
        if asked.condition is not None:
            for text, is_pattern in filters.texts(asked.condition):
                literals.plain(text, is_pattern=is_pattern)
            found["filter"] = filters.written(asked.condition, asked.version)
    return found


def _guarded(pieces: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from pieces
    except OSError as failure:
        raise Down(type(failure).__name__) from failure
