"""Attributes that several layers carry."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from layers.spec import Attribute, Cut, Geometry, Kind

WARD = Attribute("ward", Kind.INTEGER, _("Ward"))
BUILDINGS = Attribute("buildings", Kind.INTEGER, _("Buildings"))
# Squares and footprints: far smaller than a tile.
SMALL_POLYGON = (Geometry.POLYGON, Cut.SMALL)
