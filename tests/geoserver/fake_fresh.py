"""What a GeoServer holds that has just been installed."""

from __future__ import annotations

from typing import Any

Json = Any
_GML = [
    {"version": version, "gml": {"srsNameStyle": style, "overrideGMLAttributes": version == "V_10"}}
    for version, style in (("V_10", "XML"), ("V_11", "URN"), ("V_20", "URN2"))
]
FRESH: dict[str, Json] = {
    "/rest/settings": {
        "settings": {"charset": "UTF-8", "numDecimals": 4, "verbose": True, "useHeadersProxyURL": False},
        "globalServices": True,
        "xmlExternalEntitiesEnabled": False,
    },
    "/rest/services/wms/settings": {"enabled": True, "name": "WMS"},
    "/rest/services/wfs/settings": {
        "enabled": True,
        "name": "WFS",
        "serviceLevel": "COMPLETE",
        "maxFeatures": 1_000_000,
        "gml": {"entry": _GML},
    },
    "/rest/services/wcs/settings": {"enabled": True, "name": "WCS"},
    "/rest/services/wmts/settings": {"enabled": True, "name": "WMTS"},
}
GWC = (
    "<GeoServerGWCConfig><version>1.1.0</version><directWMSIntegrationEnabled>false</directWMSIntegrationEnabled>"
    "<securityEnabled>false</securityEnabled><cacheLayersByDefault>true</cacheLayersByDefault></GeoServerGWCConfig>"
)
RULES = {
    "layers": {"*.*.r": "*", "*.*.w": "GROUP_ADMIN,ADMIN"},
    "services": {"wfs.CreateStoredQuery": "GROUP_ADMIN,ADMIN", "wfs.DropStoredQuery": "GROUP_ADMIN,ADMIN"},
}
