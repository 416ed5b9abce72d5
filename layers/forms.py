"""Input of the export page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from layers.given import BadRequest, Box, boxes_of
from layers.spec import Layer

FORMAT_TITLES = {
    "gpkg": _("GeoPackage (QGIS, ArcGIS)"),
    "geojson": _("GeoJSON (web programs)"),
    "shp": _("Shapefile, zipped (older programs)"),
    "csv": _("CSV (spreadsheets; one point a feature)"),
}


class ExportForm(forms.Form):
    """Which layer, as what, and which part of the city."""

    layer = forms.ChoiceField(label=_("Layer"))
    format = forms.ChoiceField(label=_("Format"), choices=list(FORMAT_TITLES.items()))
    ward = forms.TypedChoiceField(label=_("Ward"), coerce=int, empty_value=None, required=False)
    bbox = forms.CharField(
        label=_("Part of the map"),
        required=False,
        help_text=_("West, south, east, north in degrees; filled in from the map. Empty: everything."),
    )

    def __init__(self, *arguments: Any, layers: tuple[Layer, ...], wards: list[tuple[int, str]], **options: Any):
        super().__init__(*arguments, **options)
        self.fields["layer"].choices = [(each.name, each.title) for each in layers]  # type: ignore[attr-defined]
        self.fields["ward"].choices = [("", _("All wards")), *wards]  # type: ignore[attr-defined]

    def clean_bbox(self) -> tuple[Box, ...]:
        """The boxes that the text stands for."""
        text = self.cleaned_data["bbox"].replace(" ", "")
        try:
            return boxes_of(text) if text else ()
        except BadRequest as error:
            wanted = _("Write four numbers: west,south,east,north in degrees, or leave this empty.")
            raise forms.ValidationError(wanted) from error
