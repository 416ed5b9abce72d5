"""REST of the fake: documents, styles, tile layers, rules, accounts, with what bites."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import psycopg2
from django.conf import settings

from tests.geoserver import fake_security, fake_tiles
from tests.geoserver.fake_answers import Answer, document, plain

if TYPE_CHECKING:
    from tests.geoserver.fake import Fake

Json = Any
_LISTS = {
    "datastores": ("dataStores", "dataStore"),
    "featuretypes": ("featureTypes", "featureType"),
    "styles": ("styles", "style"),
    "layergroups": ("layerGroups", "layerGroup"),
    "coveragestores": ("coverageStores", "coverageStore"),
    "wmsstores": ("wmsStores", "wmsStore"),
    "wmtsstores": ("wmtsStores", "wmtsStore"),
}
_WRAPPERS = {"workspaces": "workspace", "namespaces": "namespace", "layers": "layer"} | {
    kind: inner for kind, (_outer, inner) in _LISTS.items()
}


def answer(fake: Fake, method: str, path: str, query: dict[str, str], body: str) -> Answer:
    """Finds who answers a path."""
    for pattern, act in _ROUTES:
        found = re.fullmatch(pattern, path)
        if found:
            return act(fake, method, path.removesuffix(".json"), query, body, *found.groups())
    return plain(404, "Not Found")


def connect(fake: Fake, workspace: str, store: str) -> Any:
    """A connection with a store's parameters; raises psycopg2.Error or KeyError as they are.

    It is this process's own connection in the role of the schema, because a test cluster may let in nobody else;
    whether the password is right, the fake knows.
    """
    parameters = fake.documents[f"/rest/workspaces/{workspace}/datastores/{store}"]["connectionParameters"]
    if fake.database_passwords.get(parameters["user"]) != parameters["passwd"]:
        raise psycopg2.OperationalError(f"password authentication failed for user {parameters['user']}")
    if parameters.get("SSL mode", "").startswith("VERIFY_"):
        raise psycopg2.OperationalError(f"Invalid sslmode value: {parameters['SSL mode']}")
    ours = settings.DATABASES["default"]
    line = psycopg2.connect(
        host=ours["HOST"] or None,
        port=ours["PORT"] or None,
        dbname=parameters["database"],
        user=ours["USER"] or None,
        password=ours["PASSWORD"] or None,
    )
    with line.cursor() as cursor:
        cursor.execute(f"SET ROLE {parameters['user'].replace('geoserver_', 'gis_')}")
    return line


def columns(fake: Fake, workspace: str, store: str) -> dict[str, list[str]]:
    """The columns of each table that a store's role may read."""
    schema = fake.documents[f"/rest/workspaces/{workspace}/datastores/{store}"]["connectionParameters"]["schema"]
    line = connect(fake, workspace, store)
    try:
        with line.cursor() as cursor:
            cursor.execute(
                """SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position)
                   FROM information_schema.columns WHERE table_schema = %s GROUP BY 1""",
                [schema],
            )
            return dict(cursor.fetchall())
    finally:
        line.close()


def _settings(fake: Fake, method: str, path: str, _query: Json, body: str, *_groups: str) -> Answer:
    """Global settings: a document is taken for whole, so what it leaves out is lost."""
    if method == "GET":
        return document({"global": fake.documents[path]})
    given = json.loads(body)["global"]
    if "settings" in given:
        given["settings"] = {"numDecimals": 0, "verbose": False, **given["settings"]}
    fake.documents[path] = {"globalServices": True, **given}
    return plain(200)


def _service(fake: Fake, method: str, path: str, _query: Json, body: str, service: str, workspace: str) -> Answer:
    if method == "GET":
        if path not in fake.documents:
            return plain(404, f"Service does not exist for workspace {workspace}")
        return document({service: fake.documents[path]})
    fake.documents[path] = {**fake.documents.get(path, {}), **json.loads(body)[service]}
    return plain(200)


def _item(fake: Fake, method: str, path: str, query: dict[str, str], body: str, kind: str, name: str) -> Answer:
    """One thing of the catalogue."""
    if path.endswith(("/reset", "/rest/reset")):
        return plain(200)
    if kind == "styles" and path.endswith(".sld") or (kind == "styles" and method == "PUT"):
        return _style(fake, method, path.removesuffix(".sld"), body)
    if path not in fake.documents:
        return plain(404, f"No such {kind}: {name}")
    if method == "GET":
        if kind == "featuretypes" and not _readable(fake, path):
            return plain(500, "Could not get native attributes")
        return document({_WRAPPERS[kind]: _shown(kind, fake.documents[path])})
    if method == "DELETE":
        _forget(fake, path, kind)
        return plain(200)
    _change(fake, path, kind, json.loads(body)[_WRAPPERS[kind]])
    return plain(200)


def _readable(fake: Fake, path: str) -> bool:
    try:
        connect(fake, path.split("/")[3], path.split("/")[5]).close()
    except (psycopg2.Error, KeyError):
        return False
    return True


def _change(fake: Fake, path: str, kind: str, given: Json) -> None:
    """A partial change is merged, except connection parameters, which replace all."""
    if kind == "datastores" and "connectionParameters" in given:
        entries = given["connectionParameters"]["entry"]
        entries = entries if isinstance(entries, list) else [entries]
        given["connectionParameters"] = {each["@key"]: each["$"] for each in entries}
    if kind == "layers" and "defaultStyle" in given:
        given["defaultStyle"] = _found_style(fake, given["defaultStyle"])
    fake.documents[path] = {**fake.documents[path], **given}


def _found_style(fake: Fake, wanted: dict[str, str]) -> dict[str, str]:
    """A bare name finds the first workspace that has such a style, whoever asked."""
    name = wanted["name"].rpartition(":")[2]
    home = wanted.get("workspace") or wanted["name"].rpartition(":")[0]
    for path in fake.documents:
        found = re.fullmatch(rf"/rest/workspaces/([^/]+)/styles/{re.escape(name)}", path)
        if found and home in ("", found[1]):
            return {"name": f"{found[1]}:{name}", "workspace": found[1]}
    return {"name": name}


def _forget(fake: Fake, path: str, kind: str) -> None:
    inside = path if kind == "workspaces" else path + "/"
    for each in [
        key for key in fake.documents if key == path or key.startswith(inside + "/") or key.startswith(inside)
    ]:
        fake.documents.pop(each)
    if kind == "featuretypes":
        workspace, name = path.split("/")[3], path.split("/")[-1]
        fake.documents.pop(f"/rest/workspaces/{workspace}/layers/{name}", None)
        fake.tile_layers.pop(f"{workspace}:{name}", None)


def _shown(kind: str, value: Json) -> Json:
    """As GET shows it: passwords hidden, a list of one no list."""
    if kind == "datastores":
        entries = [
            {"@key": key, "$": "crypt1:hidden" if key == "passwd" else text}
            for key, text in value.get("connectionParameters", {}).items()
        ]
        value = {**value, "connectionParameters": {"entry": entries[0] if len(entries) == 1 else entries}}
    if kind == "layergroups":
        value = json.loads(json.dumps(value))
        for style in value["styles"]["style"]:
            style.pop("workspace", None)
    return value


def _list(fake: Fake, method: str, path: str, query: dict[str, str], body: str, kind: str) -> Answer:
    """A list of things, and the place where a new one is posted."""
    if method == "POST":
        return _make(fake, path, kind, query, body)
    if kind == "featuretypes" and path.rpartition("/")[0] not in fake.documents:
        return plain(500, 'Cannot invoke "StoreInfo.getId()" because "store" is null')
    outer, inner = _LISTS[kind]
    names = [key.removeprefix(path + "/") for key in fake.documents if re.fullmatch(re.escape(path) + "/[^/]+", key)]
    if query.get("list") == "available":
        workspace, store = path.split("/")[3], path.split("/")[5]
        try:
            offered = sorted(set(columns(fake, workspace, store)) - set(names))
        except (psycopg2.Error, KeyError):
            return plain(404, f"Could not load datastore: {store}")
        return document({"list": {"string": offered}} if offered else {"list": ""})
    rows = [{"name": name} for name in names]
    return document({outer: {inner: rows} if rows else ""})


def _make(fake: Fake, path: str, kind: str, query: dict[str, str], body: str) -> Answer:
    if kind == "styles":
        return _style(fake, "POST", f"{path}/{query['name']}", body)
    given = json.loads(body)[_WRAPPERS[kind]]
    place = f"{path}/{given['name']}"
    if place in fake.documents:
        return plain(409 if kind == "workspaces" else 500, f"Resource named '{given['name']}' already exists in store")
    fake.documents[place] = {}
    if kind == "workspaces":
        fake.documents[f"/rest/namespaces/{given['name']}"] = {
            "prefix": given["name"],
            "uri": f"http://{given['name']}",
        }
    _change(fake, place, kind, given)
    if kind == "featuretypes":
        _make_layer(fake, path.split("/")[3], path.split("/")[5], place, given)
    if kind == "layergroups":
        fake_tiles.cache_by_default(fake, f"{path.split('/')[3]}:{given['name']}")
    return plain(201, given["name"])


def _make_layer(fake: Fake, workspace: str, store: str, place: str, given: Json) -> None:
    """A feature type without a list of attributes has them all; its layer gets a style of no workspace."""
    if "attributes" not in given:
        names = columns(fake, workspace, store)[given.get("nativeName", given["name"])]
        fake.documents[place]["attributes"] = {"attribute": [{"name": name} for name in names]}
    fake.documents[f"/rest/workspaces/{workspace}/layers/{given['name']}"] = {"defaultStyle": {"name": "polygon"}}
    fake_tiles.cache_by_default(fake, f"{workspace}:{given['name']}")


def _style(fake: Fake, method: str, path: str, body: str) -> Answer:
    """A change sent raw is taken whatever it is, even no XML. A new text empties the tile cache."""
    if method == "GET":
        return (
            Answer(200, "application/vnd.ogc.sld+xml", fake.texts[path].encode()) if path in fake.texts else plain(404)
        )
    if method == "POST" and not body.rstrip().endswith(">"):
        return plain(500, "org.xml.sax.SAXParseException")
    fake.documents[path] = {"name": path.rpartition("/")[2], "format": "sld"}
    fake.texts[path] = body
    fake.tiles = {tile for tile in fake.tiles if f":{path.rpartition('/')[2]}/" not in tile}
    return plain(201 if method == "POST" else 200)


def _version(*_anything: Any) -> Answer:
    return document({"about": {"resource": [{"@name": "GeoServer", "Version": "2.26.2"}]}})


_STORED = "|".join(("styles", "layergroups", "coveragestores", "wmsstores", "wmtsstores", "datastores", "layers"))
_ROUTES: tuple[tuple[str, Any], ...] = (
    (r"/rest/about/version\.json", _version),
    (r"/rest/settings(?:\.json)?", _settings),
    (r"/rest/services/(w[a-z]+)(?:/workspaces/([^/]+))?/settings(?:\.json)?", _service),
    *fake_security.ROUTES,
    (r"/rest/resource/gwc-gs\.xml", fake_tiles.resource),
    (r"/gwc/rest/layers\.json", fake_tiles.tile_layer),
    (r"/gwc/rest/layers/([^/]+?)(?:\.json|\.xml)?", fake_tiles.tile_layer),
    (r"/gwc/rest/masstruncate", fake_tiles.truncate),
    (r"/rest/workspaces/[^/]+/datastores/[^/]+/(featuretypes)(?:\.json)?", _list),
    (r"/rest/workspaces/[^/]+/datastores/[^/]+/(featuretypes)/([^/]+?)(?:\.json)?(?:/reset)?", _item),
    (rf"/rest/workspaces/[^/]+/({_STORED})(?:\.json)?", _list),
    (rf"/rest/workspaces/[^/]+/({_STORED})/([^/]+?)(?:\.json)?(?:/reset)?", _item),
    (r"/rest/(workspaces)", _list),
    (r"/rest/(workspaces|namespaces)/([^/]+?)(?:\.json)?", _item),
)
