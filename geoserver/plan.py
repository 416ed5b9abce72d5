"""The plan: every thing that a GeoServer must hold, in the order in which it is put right.

Doors are closed before there is anything behind them: security comes first, data last.
"""

from __future__ import annotations

from collections.abc import Iterator

from geoserver import desired
from geoserver.client import Client
from geoserver.config import Database, Server
from geoserver.desired import STORE, Bounds
from geoserver.security import Account, CatalogMode, MasterPassword, Role, Rules, ShutTiles, TileCache
from geoserver.things import Difference, Document, Nothing, Store, Style, Thing, TileLayer
from layers.spec import Audience

_SERVICES = ("wms", "wfs", "wcs", "wmts")
# Kinds of store that nobody of ours makes.
_FOREIGN_STORES = (
    ("coveragestores", "coverageStores", "coverageStore"),
    ("wmsstores", "wmsStores", "wmsStore"),
    ("wmtsstores", "wmtsStores", "wmtsStore"),
)


def things(server: Server, database: Database, bounds: Bounds) -> tuple[Thing, ...]:
    """All of it, from the catalogue; `bounds` is the city's extent in degrees."""
    return (
        *_security(server),
        *_whole_server(),
        *(
            thing
            for audience in Audience
            for thing in (*_workspace(audience), _account(server, audience), *_data(database, audience, bounds))
        ),
        ShutTiles(server, Audience.TAX.schema),
    )


def differences(client: Client, wanted: tuple[Thing, ...]) -> list[Difference]:
    """Everything in which the server is not as wanted; only reads."""
    return [each for thing in wanted for each in thing.differences(client)]


def _security(server: Server) -> Iterator[Thing]:
    yield CatalogMode()
    yield Rules("layers", desired.layer_rules())
    yield Rules("services", desired.service_rules())
    yield TileCache()
    if "master" in server.secrets:
        yield MasterPassword(server.secrets["master"])
    for audience in Audience:
        yield Role(desired.role(audience))


def _whole_server() -> Iterator[Thing]:
    yield Document("settings", "/rest/settings", "global", desired.global_document())
    for service in _SERVICES:
        yield Document(
            f"{service} settings",
            f"/rest/services/{service}/settings",
            service,
            desired.service_document(service, None),
        )


def _workspace(audience: Audience) -> Iterator[Thing]:
    workspace = audience.schema
    yield Document(
        f"workspace {workspace}",
        f"/rest/workspaces/{workspace}",
        "workspace",
        {"name": workspace},
        collection="/rest/workspaces",
    )
    yield Document(
        f"namespace {workspace}",
        f"/rest/namespaces/{workspace}",
        "namespace",
        {"prefix": workspace, "uri": desired.namespace(audience)},
    )
    for service in _SERVICES:
        yield Document(
            f"{service} settings of {workspace}",
            f"/rest/services/{service}/workspaces/{workspace}/settings",
            service,
            desired.service_document(service, audience),
            pattern=f"/rest/services/{service}/settings",
        )


def _account(server: Server, audience: Audience) -> Thing:
    user, password = server.door(audience)
    probe = f"/{audience.schema}/wfs?service=WFS&version=2.0.0&request=GetCapabilities"
    return Account(server, user, password, desired.role(audience), probe)


def _data(database: Database, audience: Audience, bounds: Bounds) -> Iterator[Thing]:
    workspace = audience.schema
    base = f"/rest/workspaces/{workspace}"
    parameters = {
        **desired.store_parameters(audience),
        "host": database.host,
        "port": database.port,
        "database": database.name,
        "user": database.user(audience),
        **({"SSL mode": database.ssl} if database.ssl else {}),
    }
    yield Store(workspace, STORE, parameters, database.password(audience), desired.views(audience))
    items = desired.published(audience)
    yield from _surplus(audience)
    for item in items:
        yield from _published(workspace, item, bounds)
    for group in desired.groups(audience):
        yield Document(
            f"group {workspace}:{group.name}",
            f"{base}/layergroups/{group.name}",
            "layerGroup",
            desired.group_document(group, audience, bounds),
            collection=f"{base}/layergroups",
        )
    cached = frozenset(f"{workspace}:{item.name}" for item in items if item.cached)
    yield Nothing(
        f"tile layers of {workspace}", "/gwc/rest/layers.json", (), "/gwc/rest/layers/{0}", cached, f"{workspace}:"
    )


def _published(workspace: str, item: desired.Published, bounds: Bounds) -> Iterator[Thing]:
    """One band: its style, its feature type, its layer, and its tiles when they are kept."""
    base = f"/rest/workspaces/{workspace}"
    features = f"{base}/datastores/{STORE}/featuretypes"
    name = f"{workspace}:{item.name}"
    yield Style(workspace, item.name, item.style)
    yield Document(
        f"feature type {name}",
        f"{features}/{item.name}",
        "featureType",
        desired.feature_type(item, bounds),
        collection=features,
    )
    yield Document(f"layer {name}", f"{base}/layers/{item.name}", "layer", desired.layer_document(item))
    if item.cached:
        yield TileLayer(name, desired.GRID, desired.TILE_FORMATS)


def _surplus(audience: Audience) -> Iterator[Thing]:
    """Nothing in the workspace but ours: what somebody published by hand has no attribute list and no audience."""
    workspace = audience.schema
    base = f"/rest/workspaces/{workspace}"
    names = frozenset(item.name for item in desired.published(audience))
    grouped = frozenset(group.name for group in desired.groups(audience))
    features = f"{base}/datastores/{STORE}/featuretypes"
    lists = [
        ("layergroups", ("layerGroups", "layerGroup"), f"{base}/layergroups", grouped),
        ("datastores", ("dataStores", "dataStore"), f"{base}/datastores", frozenset({STORE})),
        ("feature types", ("featureTypes", "featureType"), features, names),
        ("styles", ("styles", "style"), f"{base}/styles", names),
    ]
    lists += [(kind, (outer, inner), f"{base}/{kind}", frozenset()) for kind, outer, inner in _FOREIGN_STORES]
    for kind, keys, path, allowed in lists:
        item = f"{path}/{{0}}" if kind == "layergroups" else f"{path}/{{0}}?recurse=true"
        yield Nothing(f"{kind} of {workspace}", f"{path}.json", keys, item, allowed)
