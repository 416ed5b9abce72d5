"""WMS, WFS and WMTS of the fake, drawn from the database of its stores."""

from __future__ import annotations

import json
import re
import secrets
import struct
import zlib
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import psycopg2
from psycopg2.extras import RealDictCursor

from tests.geoserver import fake_filters, fake_rest
from tests.geoserver.fake_answers import Answer, html, ows_error, wms_error

if TYPE_CHECKING:
    from tests.geoserver.fake import Fake

Query = dict[str, str]
_KML = "application/vnd.google-earth.kml+xml"
_DRAWN = {"image/png", "image/jpeg", _KML}


def answer(
    fake: Fake, workspace: str | None, service: str, given: dict[str, list[str]], user: str, method: str, body: str
) -> Answer:
    """The answer of a service. A closed workspace does not exist for who may not read it."""
    if any(len(values) > 1 for values in given.values()):
        return ows_error("java.lang.ClassCastException: class [Ljava.lang.String;", 200)
    query = {key: values[0] for key, values in given.items()}
    if workspace is None:
        if not fake.documents["/rest/settings"]["globalServices"]:
            text = "gwc/service, and global services are off." if "gwc" in service else "No workspace specified"
            return ows_error(text, 200)
        return ows_error("the fake has no global services", 501)
    if f"/rest/workspaces/{workspace}" not in fake.documents:
        return html(404, "Not Found")
    if not fake.may_read(workspace, user) and (fake.mode == "HIDE"):
        return html(404, "Not Found")
    kind = query.get("service", "").lower() if service == "ows" else service.rpartition("/")[2]
    settings = _settings(fake, kind, workspace)
    if not settings.get("enabled"):
        return ows_error(f"Service {kind.upper()} is disabled", 200, "ServiceUnavailable")
    if "<wfs:Transaction" in body:
        return _transaction(fake, settings, user)
    return {"wms": _wms, "wfs": _wfs, "wmts": _wmts}[kind](fake, workspace, settings, query)


def _settings(fake: Fake, service: str, workspace: str) -> Any:
    """A workspace's own settings hide the global ones entirely."""
    everywhere = fake.documents[f"/rest/services/{service}/settings"]
    return fake.documents.get(f"/rest/services/{service}/workspaces/{workspace}/settings", everywhere)


def _transaction(fake: Fake, settings: Any, user: str) -> Answer:
    rule = fake.rules["services"].get("wfs.Transaction", "*")
    if rule != "*" and user not in fake.roles.get(rule, ()):
        return html(403, "Forbidden")
    if settings["serviceLevel"] == "BASIC":
        return ows_error("Transaction support is not enabled", 500, "OperationProcessingFailed")
    return ows_error("the fake writes nothing", 501)


def _features(fake: Fake, workspace: str, name: str) -> tuple[str, Any] | None:
    """The path and document of a feature type of a workspace; the prefix of its name does not count."""
    pattern = rf"/rest/workspaces/{workspace}/datastores/[^/]+/featuretypes/{re.escape(name.rpartition(':')[2])}"
    return next(((path, each) for path, each in fake.documents.items() if re.fullmatch(pattern, path)), None)


def _names(fake: Fake, workspace: str) -> list[str]:
    pattern = rf"/rest/workspaces/{workspace}/(?:datastores/[^/]+/featuretypes|layergroups)/([^/]+)"
    return [found[1] for path in fake.documents if (found := re.fullmatch(pattern, path))]


def _wms(fake: Fake, workspace: str, settings: Any, query: Query) -> Answer:
    request = query.get("request", "").lower()
    if request == "getcapabilities":
        return _capabilities(fake, workspace, settings, query)
    if request == "getlegendgraphic":
        return Answer(200, "image/png", _png(20, 20, False))
    if settings.get("dynamicStylingDisabled") and {"sld", "sld_body"} & set(query):
        return wms_error("Dynamic style usage is forbidden")
    names = query["layers"].split(",")
    for name in names:
        if name.rpartition(":")[2] not in _names(fake, workspace):
            return wms_error(f"Could not find layer {workspace}:{name}", "LayerNotDefined")
    if request == "getfeatureinfo":
        return _info(fake, workspace, settings, query)
    return _map(fake, workspace, settings, query, names)


def _map(fake: Fake, workspace: str, settings: Any, query: Query, names: list[str]) -> Answer:
    form = query["format"]
    allowed = (
        settings.get("getMapMimeTypes", {}).get("string", []) if settings.get("getMapMimeTypeCheckingEnabled") else None
    )
    if form not in _DRAWN:
        return wms_error(f"There is no support for creating maps in {form} format", "InvalidFormat")
    if allowed is not None and form not in allowed:
        return wms_error(f"Creating maps using {form} is not allowed", "ForbiddenFormat")
    width, height = int(query["width"]), int(query["height"])
    west, south, east, north = map(float, query["bbox"].split(","))
    if west >= east or south >= north:
        return wms_error(f"java.lang.IllegalArgumentException: The request bounding box has zero area at {fake.url}")
    if width * height * 4 / 1024 > (settings.get("maxRequestMemory") or 10**9):
        return wms_error("Rendering request would use too much memory")
    filters = query.get("cql_filter", "INCLUDE").split(";")
    try:
        drawn = any(
            _rows(fake, workspace, name, fake_filters.cql(text))
            for name, text in zip(names, filters * (1 if len(filters) > 1 else len(names)), strict=True)
            if _features(fake, workspace, name)
        )
    except (fake_filters.NoSuchProperty, psycopg2.Error, ValueError):
        return wms_error("Rendering process failed. Layers: " + query["layers"], "internalError")
    return Answer(200, form, _png(min(width, 64), min(height, 64), drawn))


def _info(fake: Fake, workspace: str, settings: Any, query: Query) -> Answer:
    if query["info_format"] not in settings.get("getFeatureInfoMimeTypes", {}).get("string", [query["info_format"]]):
        return wms_error("not allowed", "ForbiddenFormat")
    found = _rows(fake, workspace, query["query_layers"], fake_filters.cql(query.get("cql_filter", "INCLUDE")))
    return _collection([{"type": "Feature", "properties": _plain(row)} for row in found[:3]], len(found))


def _capabilities(fake: Fake, workspace: str, settings: Any, query: Query) -> Answer:
    """Titles in a language that a title lacks say so; addresses come from the settings, never from a header."""
    base = fake.documents["/rest/settings"]["settings"].get("proxyBaseUrl") or fake.url
    spoken = [each for path, each in fake.documents.items() if "internationalTitle" in each and workspace in path]
    if "acceptlanguages" in query and not spoken:
        return wms_error("But there is no international content defined")
    abstract = settings.get("abstrct", "")
    if "acceptlanguages" in query:
        missing = "DID NOT FIND i18n CONTENT FOR THIS ELEMENT"
        abstract = settings.get("internationalAbstract", {}).get(query["acceptlanguages"], missing)
    lines = [f"<Abstract>{abstract}</Abstract>", f'<OnlineResource href="{base}/{workspace}/ows?SERVICE=WMS&amp;"/>']
    for path, each in fake.documents.items():
        if re.fullmatch(rf"/rest/workspaces/{workspace}/(?:datastores/[^/]+/featuretypes|layergroups)/[^/]+", path):
            title = each.get("title", "")
            if language := query.get("acceptlanguages"):
                title = each.get("internationalTitle", {}).get(language, "DID NOT FIND i18n CONTENT FOR THIS ELEMENT")
            lines.append(f"<Layer><Name>{path.rpartition('/')[2]}</Name><Title>{title}</Title></Layer>")
    body = f'<?xml version="1.0" encoding="UTF-8"?><WMS_Capabilities>{"".join(lines)}</WMS_Capabilities>'
    return Answer(200, "text/xml", body.encode())


def _wfs(fake: Fake, workspace: str, settings: Any, query: Query) -> Answer:
    if "charset" not in fake.documents["/rest/settings"]["settings"]:
        return ows_error("java.lang.NullPointerException: charsetName")
    request = query["request"].lower()
    base = fake.documents["/rest/settings"]["settings"].get("proxyBaseUrl") or fake.url
    if request == "getcapabilities":
        names = "".join(f"<Name>{workspace}:{name}</Name>" for name in _names(fake, workspace))
        body = f'<WFS_Capabilities><Get href="{base}/{workspace}/wfs"/>{names}</WFS_Capabilities>'
        return Answer(200, "application/xml", body.encode())
    found = _features(fake, workspace, query.get("typenames") or query.get("typename", ""))
    if found is None:
        return ows_error("Feature type unknown", 400, "InvalidParameterValue")
    if request == "describefeaturetype":
        names = "".join(f'<xsd:element name="{name}"/>' for name in _listed(found[1]))
        return Answer(200, "application/gml+xml; version=3.2", f"<xsd:schema>{names}</xsd:schema>".encode())
    return _get_feature(fake, workspace, settings, query, found)


def _listed(feature_type: Any) -> list[str]:
    return [each["name"] for each in feature_type["attributes"]["attribute"]]


def _get_feature(fake: Fake, workspace: str, settings: Any, query: Query, found: tuple[str, Any]) -> Answer:
    path, feature_type = found
    listed = _listed(feature_type)
    asked = [name.rpartition("/")[2] for name in query.get("propertyname", "").split(",") if name]
    for name in (*asked, *re.findall(r"^\w+", query.get("sortby", ""))):
        if name not in listed:
            return ows_error(f"Illegal property name: {name}", 400, "InvalidParameterValue")
    if "json" not in query.get("outputformat", "") and "gml" not in settings:
        return ows_error('java.lang.NullPointerException: Cannot invoke "GMLInfo.getSrsNameStyle()"')
    try:
        condition = fake_filters.both(query)
        rows = _rows(fake, workspace, feature_type["name"], condition)
    except fake_filters.NoSuchProperty as failure:
        return ows_error(f"Illegal property name: {failure}", 400, "InvalidParameterValue")
    except (psycopg2.Error, KeyError):
        return ows_error("Error occurred getting features: Could not acquire data access", 500)
    keyed = _has_key(fake, path)
    if "startindex" in query and not keyed:
        return ows_error("Cannot do natural order without a primary key")
    start = int(query.get("startindex", 0))
    count = min(int(query.get("count") or query.get("maxfeatures") or 10**9), settings.get("maxFeatures") or 10**9)
    chosen = [
        {
            "type": "Feature",
            "id": f"{feature_type['name']}.{row['id']}"
            if keyed
            else f"{feature_type['name']}.fid-{secrets.token_hex(8)}",
            "properties": {key: value for key, value in _plain(row).items() if key in (asked or listed)},
        }
        for row in rows[start : start + count]
    ]
    if "json" not in query.get("outputformat", ""):
        return _gml(fake, workspace, chosen)
    return _collection(chosen, len(rows))


def _gml(fake: Fake, workspace: str, features: list[Any]) -> Answer:
    """GML with addresses in its head, as schemas and pages."""
    base = fake.documents["/rest/settings"]["settings"].get("proxyBaseUrl") or fake.url
    members = "".join(
        f'<wfs:member><{workspace}:{each["id"].partition(".")[0]} gml:id="{each["id"]}">'
        + "".join(
            f"<{workspace}:{key}>{escape(str(value))}</{workspace}:{key}>" for key, value in each["properties"].items()
        )
        + f"</{workspace}:{each['id'].partition('.')[0]}></wfs:member>"
        for each in features
    )
    head = (
        f'xmlns:wfs="http://www.opengis.net/wfs/2.0" next="{base}/{workspace}/wfs?REQUEST=GetFeature&amp;STARTINDEX=5"'
    )
    body = f'<?xml version="1.0" encoding="UTF-8"?><wfs:FeatureCollection {head}>{members}</wfs:FeatureCollection>'
    return Answer(200, "application/gml+xml; version=3.2", body.encode())


def _collection(features: list[Any], matched: int) -> Answer:
    body = {
        "type": "FeatureCollection",
        "features": features,
        "numberMatched": matched,
        "numberReturned": len(features),
    }
    return Answer(200, "application/json;charset=utf-8", json.dumps(body).encode())


def _plain(row: Any) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != "geom"}


def _has_key(fake: Fake, path: str) -> bool:
    """A view has a key when a gt_pk_metadata that its store can read names one: the parameter's, or the schema's."""
    workspace, store = path.split("/")[3], path.split("/")[5]
    tables = fake_rest.columns(fake, workspace, store)
    return "gt_pk_metadata" in tables


def _rows(fake: Fake, workspace: str, name: str, condition: fake_filters.Condition) -> list[Any]:
    found = _features(fake, workspace, name)
    if found is None:  # a group draws what it holds
        return []
    path, feature_type = found
    listed = _listed(feature_type)
    unknown = condition.names - set(listed)
    if unknown:
        raise fake_filters.NoSuchProperty(sorted(unknown)[0])
    _, _, _, _workspace, _, store, *_rest = path.split("/")
    parameters = fake.documents[f"/rest/workspaces/{workspace}/datastores/{store}"]["connectionParameters"]
    line = fake_rest.connect(fake, workspace, store)
    try:
        with line.cursor(cursor_factory=RealDictCursor) as cursor:
            columns = ", ".join({"id": 1, **dict.fromkeys(name for name in listed if name != "geom")})
            view = f"{parameters['schema']}.{feature_type.get('nativeName', name)}"
            cursor.execute(f"SELECT {columns} FROM {view} WHERE {condition.sql} ORDER BY 1", condition.values)
            return cursor.fetchall()
    finally:
        line.close()


def _wmts(fake: Fake, workspace: str, _settings: Any, query: Query) -> Answer:
    own = {name for name in fake.tile_layers if name.startswith(f"{workspace}:")}
    if query["request"].lower() == "getcapabilities":
        layers = "".join(f"<Layer><ows:Identifier>{name}</ows:Identifier></Layer>" for name in sorted(own))
        return Answer(200, "text/xml", f"<Capabilities>{layers}</Capabilities>".encode())
    name = f"{workspace}:{query['layer'].rpartition(':')[2]}"
    if name not in own:
        return ows_error(f"Unknown layer {name}", 400, "InvalidParameterValue")
    tile = f"{name}/{query['tilematrix']}/{query['tilerow']}/{query['tilecol']}"
    hit = tile in fake.tiles
    fake.tiles.add(tile)
    return Answer(200, query["format"], _png(16, 16, True), {"geowebcache-cache-result": "HIT" if hit else "MISS"})


def _png(width: int, height: int, drawn: bool) -> bytes:
    """A picture of one colour: dark where something was drawn."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack("!I", len(content)) + kind + content + struct.pack("!I", zlib.crc32(kind + content))

    line = b"\0" + (b"\x40" if drawn else b"\xff") * width
    header = struct.pack("!IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(line * height)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body
