"""Writes of the door: who took features away, and who was given a token."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from geoserver.ows.asked import Asked
from imis.audit import record
from imis.models import AuditRow, User
from layers.tokens import LIFETIME, make_token


@transaction.atomic
def note_download(*, asked: Asked, wards: tuple[int, ...] | None, by: User, at: datetime) -> AuditRow:
    """Records that somebody asked for features: which layer, in which form, how many at most, in which wards."""
    return record(
        by=by,
        at=at,
        action="download_features",
        object_type="layers",
        object_id=asked.names[0],
        audience=asked.audience.schema,
        form=asked.parameters.get("outputformat", "gml"),
        most=int(asked.parameters.get("count") or asked.parameters.get("maxfeatures") or 0),
        start=int(asked.parameters.get("startindex", 0)),
        filtered=asked.condition is not None,
        wards=None if wards is None else list(wards),
    )


@transaction.atomic
def give_token(*, by: User, at: datetime) -> str:
    """A token for the user's own GIS program; only that it was given is recorded."""
    record(by=by, at=at, action="make_map_token", object_type="user", object_id=by.pk, days=LIFETIME // (24 * 3600))
    return make_token(by)
