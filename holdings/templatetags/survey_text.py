"""Words and shapes of the survey screens: {{ code|decision_words }}, {{ row|row_shapes }}."""

from __future__ import annotations

import json
from typing import Any

from django import template

from holdings.models import SurveyRow

register = template.Library()


@register.filter
def decision_words(code: str) -> str:
    """A decision's name in the active language."""
    return str(SurveyRow.Decision(code).label)


@register.filter
def row_shapes(row: SurveyRow) -> dict[str, Any]:
    """GeoJSON (EPSG:4326) of a row as drawn and as repaired, for the map of the row."""
    shapes = (("drawn", row.geom), ("repaired", row.repaired_geom))
    return {name: json.loads(geom.transform(4326, clone=True).geojson) for name, geom in shapes if geom}
