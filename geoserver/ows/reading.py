"""Reads any request to the door."""

from __future__ import annotations

from django.http import QueryDict
from django.utils.translation import gettext as _

from geoserver.ows import wfs, wms
from geoserver.ows.asked import OPERATIONS, Asked, each_once, version
from geoserver.ows.refusals import Refusal
from layers.spec import Audience


def read(query: QueryDict, audience: Audience, service: str = "") -> Asked:
    """Checks a query for an audience; `service` is that of the address, if it names one. Raises Refusal."""
    given = each_once(query)
    service = (given.get("service") or service).upper()
    if service not in OPERATIONS:
        raise Refusal("InvalidParameterValue", _("SERVICE must be WMS, WFS or WMTS."))
    operation = next((one for one in OPERATIONS[service] if one.lower() == given.get("request", "").lower()), "")
    if not operation:
        raise Refusal("OperationNotSupported", _("This operation is not offered."))
    asked = Asked(service, operation, version(given, service), audience)
    return {"WMS": wms.wms, "WFS": wfs.wfs, "WMTS": wms.wmts}[service](asked, given)
