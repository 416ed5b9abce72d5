"""What a GeoServer must hold, computed from the catalogue: plain values without addresses, passwords or requests."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy

from layers.catalogue import LAYERS
from layers.database import PK_TABLE, bands_for, columns_for
from layers.exports.drawing import spoken
from layers.exports.sld import sld
from layers.spec import Audience, Band, Layer, Text

Json = Any
Bounds = tuple[float, float, float, float]
STORE = "postgis"
GRID = "EPSG:900913"
MAP_FORMATS = ("image/png", "image/jpeg", "image/png; mode=8bit")
INFO_FORMATS = ("application/json", "text/plain", "application/vnd.ogc.gml", "application/vnd.ogc.gml/3.1.1")
TILE_FORMATS = ("image/png", "application/vnd.mapbox-vector-tile")
MOST_FEATURES = 5000
_ABSTRACT = gettext_lazy("Map layers of the city corporation")
_EARTH = 6_378_137.0
_WRITES = ("Transaction", "LockFeature", "GetFeatureWithLock", "CreateStoredQuery", "DropStoredQuery")
_GML = (("V_10", "XML", True), ("V_11", "URN", False), ("V_20", "URN2", False))


@dataclass(frozen=True)
class Published:
    """A band as one audience gets it: its attributes in order, its style, and whether tiles of it may be kept."""

    layer: Layer
    band: Band
    audience: Audience

    @property
    def name(self) -> str:
        """The name of feature type, layer and style."""
        return self.band.name

    @property
    def attributes(self) -> tuple[str, ...]:
        """The columns served: the key, those of the audience, the geometry."""
        return ("id", *(each.name for each in columns_for(self.band, self.audience)), "geom")

    @property
    def style(self) -> str:
        """The SLD document."""
        return sld(self.layer, self.band)

    @property
    def cached(self) -> bool:
        """False where wards limit what a person sees: a kept tile knows no person."""
        return not self.layer.scoped


@dataclass(frozen=True)
class Group:
    """All bands of a layer under one name, so that one layer follows the zoom as on the web map."""

    layer: Layer

    @property
    def name(self) -> str:
        """A name that no band has."""
        return group_name(self.layer)


def group_name(layer: Layer) -> str:
    """The name under which all bands of a layer are drawn together."""
    return f"map_{layer.name}"


def published(audience: Audience) -> tuple[Published, ...]:
    """Everything an audience gets, in the catalogue's order."""
    return tuple(
        Published(layer, band, audience) for layer in LAYERS if layer.audience <= audience for band in layer.bands
    )


def groups(audience: Audience) -> tuple[Group, ...]:
    """The layers of an audience that have more than one band."""
    return tuple(Group(layer) for layer in LAYERS if layer.audience <= audience and len(layer.bands) > 1)


def views(audience: Audience) -> frozenset[str]:
    """The tables a store must offer."""
    return frozenset({PK_TABLE, *(band.name for band in bands_for(audience))})


def role(audience: Audience) -> str:
    """The GeoServer role that may read an audience's workspace."""
    return audience.schema.upper()


def namespace(audience: Audience) -> str:
    """The namespace of an audience's feature types; a name, not an address."""
    return f"urn:imis:{audience.schema}"


def titled(text: Text) -> dict[str, Json]:
    """The title of anything: Bangla first, English beside it, and each alone for a client that says its language.

    A title without both makes GeoServer answer "DID NOT FIND i18n CONTENT" to such a client.
    """
    bangla, english = spoken(text, "bn"), spoken(text, "en")
    return {"title": f"{bangla} · {english}", "internationalTitle": {"bn": bangla, "en": english}}


def feature_type(item: Published, bounds: Bounds) -> dict[str, Json]:
    """The feature type of a band; `bounds` in degrees, so that GeoServer never scans a view for them."""
    west, south, east, north = bounds
    return {
        "name": item.name,
        "nativeName": item.name,
        **titled(item.band.title),
        "srs": "EPSG:3857",
        "projectionPolicy": "FORCE_DECLARED",
        "enabled": True,
        "advertised": True,
        "nativeBoundingBox": {
            **_box(*(round(part, 2) for part in (*metres(west, south), *metres(east, north)))),
            "crs": {"@class": "projected", "$": "EPSG:3857"},
        },
        "latLonBoundingBox": {**_box(west, south, east, north), "crs": "EPSG:4326"},
        "attributes": {"attribute": [{"name": name} for name in item.attributes]},
    }


def layer_document(item: Published) -> dict[str, Json]:
    """The layer of a band. The style names its workspace: a bare name would find another workspace's style."""
    workspace = item.audience.schema
    return {
        "defaultStyle": {"name": f"{workspace}:{item.name}", "workspace": workspace},
        "queryable": True,
        "opaque": False,
    }


def group_document(group: Group, audience: Audience, bounds: Bounds) -> dict[str, Json]:
    """The layer group of a layer's bands, each with its own style."""
    names = [f"{audience.schema}:{band.name}" for band in group.layer.bands]
    west, south, east, north = bounds
    low, high = metres(west, south), metres(east, north)
    return {
        "name": group.name,
        "mode": "SINGLE",
        **titled(group.layer.title),
        "publishables": {"published": [{"@type": "layer", "name": name} for name in names]},
        "styles": {"style": [{"name": name} for name in names]},
        "bounds": {
            **_box(*(round(part, 2) for part in (*low, *high))),
            "crs": {"@class": "projected", "$": "EPSG:3857"},
        },
    }


def global_document() -> dict[str, Json]:
    """The settings of the whole server. Forwarded host names are never believed."""
    city = settings.CORPORATION
    contact: dict[str, Json] = {
        "contactOrganization": _corporation(),
        "internationalContactOrganization": {"bn": city["name_bn"], "en": city["name_en"]},
    }
    if settings.CONTACT_EMAIL:
        contact["contactEmail"] = settings.CONTACT_EMAIL
    return {
        "settings": {
            "charset": "UTF-8",
            "numDecimals": 8,
            "verbose": False,
            "verboseExceptions": False,
            "useHeadersProxyURL": False,
            "contact": contact,
            "proxyBaseUrl": f"{settings.PUBLIC_URL}/ows" if settings.PUBLIC_URL else None,
        },
        "globalServices": False,
        "xmlExternalEntitiesEnabled": False,
    }


def service_document(service: str, audience: Audience | None) -> dict[str, Json]:
    """Settings of a service for a workspace, or (None) for the whole server: both must hold, each wins somewhere."""
    if service == "wcs":
        return {"enabled": False}
    shared: dict[str, Json] = {"enabled": True}
    if audience is not None:
        city = settings.CORPORATION
        shared |= {
            "title": _corporation(),
            "internationalTitle": {"bn": city["name_bn"], "en": city["name_en"]},
            "abstrct": f"{spoken(_ABSTRACT, 'bn')} · {spoken(_ABSTRACT, 'en')}",
            "internationalAbstract": {language: spoken(_ABSTRACT, language) for language in ("bn", "en")},
        }
    return shared | {"wms": _wms, "wfs": _wfs, "wmts": dict}[service]()


def _wms() -> dict[str, Json]:
    return {
        "srs": {"string": ["3857", "4326", str(settings.CITY_METRIC_SRID)]},
        "getMapMimeTypeCheckingEnabled": True,
        "getMapMimeTypes": {"string": list(MAP_FORMATS)},
        "getFeatureInfoMimeTypeCheckingEnabled": True,
        "getFeatureInfoMimeTypes": {"string": list(INFO_FORMATS)},
        "dynamicStylingDisabled": True,
        "maxBuffer": 64,
        "maxRequestMemory": 65_536,
        "maxRenderingTime": 60,
        "maxRenderingErrors": 1000,
    }


def _wfs() -> dict[str, Json]:
    return {
        "serviceLevel": "BASIC",
        "maxFeatures": MOST_FEATURES,
        "canonicalSchemaLocation": True,
        # Without these a workspace's own settings answer every GML request with a NullPointerException.
        "versions": {"org.geotools.util.Version": [{"version": text} for text in ("1.0.0", "1.1.0", "2.0.0")]},
        "gml": {
            "entry": [
                {"version": version, "gml": {"srsNameStyle": name, "overrideGMLAttributes": override}}
                for version, name, override in _GML
            ]
        },
    }


def store_parameters(audience: Audience) -> dict[str, str]:
    """Connection parameters of an audience's store, without host, database and account."""
    return {
        "dbtype": "postgis",
        "schema": audience.schema,
        "namespace": namespace(audience),
        "Primary key metadata table": f"{audience.schema}.{PK_TABLE}",
        "Expose primary keys": "true",
        "Estimated extends": "true",
        "Loose bbox": "true",
        "preparedStatements": "true",
        "validate connections": "true",
        "min connections": "1",
        "max connections": "8",
        "fetch size": "1000",
        "Connection timeout": "10",
        "Max connection idle time": "300",
        "Evictor run periodicity": "300",
    }


def layer_rules() -> dict[str, str]:
    """Who reads which workspace. Nobody reads or writes anything unless a rule says so."""
    rules = {"*.*.r": "ADMIN", "*.*.w": "ADMIN"}
    return rules | {f"{audience.schema}.*.r": f"ADMIN,{role(audience)}" for audience in Audience}


def service_rules() -> dict[str, str]:
    """Operations that only the administrator may ask for."""
    return {"wcs.*": "ADMIN", **{f"wfs.{operation}": "ADMIN" for operation in _WRITES}}


def _corporation() -> str:
    return f"{settings.CORPORATION['name_bn']} · {settings.CORPORATION['name_en']}"


def _box(west: float, south: float, east: float, north: float) -> dict[str, float]:
    return {"minx": west, "maxx": east, "miny": south, "maxy": north}


def metres(lon: float, lat: float) -> tuple[float, float]:
    """Degrees as EPSG:3857."""
    return math.radians(lon) * _EARTH, math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) * _EARTH
