"""Input of the survey screens."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from holdings.models import SurveyFile, SurveyRow, Ward
from holdings.problem_words import field_words
from holdings.readers import SUFFIXES
from holdings.rules.survey import CODED, FIELDS, MAY_FILL

_NO_COLUMN = ("", "—")


class UploadForm(forms.Form):
    """A survey file, and what to say when it holds several layers or names no coordinate system."""

    file = forms.FileField(
        label=_("Survey file"),
        help_text=_("GeoPackage, Shapefile (zipped), GeoJSON, KML, CSV or XLSX; up to 2 GB."),
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(SUFFIXES)}),
    )
    layer = forms.CharField(
        label=_("Layer"),
        max_length=100,
        required=False,
        help_text=_("Only when the file holds several layers or sheets."),
    )
    srid = forms.IntegerField(
        label=_("Coordinate system (EPSG)"),
        min_value=1024,
        max_value=32767,
        required=False,
        localize=False,
        help_text=_("Only when the file names none: 4326 for longitude and latitude, 32645 for UTM 45N."),
    )


class ColumnsForm(forms.Form):
    """Which column of the file feeds which field of the register; a fixed word for every row is possible.

    Beside a column stands what the field is where the cell is blank (`blank_…`).
    """

    def __init__(self, file: SurveyFile, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(column, column) for column in file.fields]
        for name, field in FIELDS.items():
            current = file.columns.get(name, "")
            extra = [(current, current)] if current.startswith("=") else []
            if name == "area_sqft":
                extra.append(("=footprint", _("the footprint's area, for each storey")))
            if field.kind == "word":
                extra += [(f"={code}", _("always: %(word)s") % {"word": word}) for code, word in _words(name)]
            self.fields[name] = forms.ChoiceField(
                label=field_words(name),
                required=False,
                initial=current,
                choices=list(dict([_NO_COLUMN, *choices, *extra]).items()),
            )
            if name in MAY_FILL:
                self.fields[f"blank_{name}"] = _blank(name, file.blanks.get(name, ""))

    def columns(self) -> dict[str, str]:
        """Field → column of the fields that have one."""
        return {name: column for name, column in self.cleaned_data.items() if column and name in FIELDS}

    def blanks(self) -> dict[str, str]:
        """Field → what it is where the cell of its column is blank."""
        found = {name: self.cleaned_data.get(f"blank_{name}", "").strip() for name in MAY_FILL}
        return {name: value for name, value in found.items() if value}


def _blank(name: str, current: str) -> forms.Field:
    label = _("%(field)s, where the cell is blank") % {"field": field_words(name)}
    if name in CODED:
        return forms.ChoiceField(label=label, required=False, initial=current, choices=[_NO_COLUMN, *_words(name)])
    return forms.CharField(label=label, required=False, initial=current, max_length=120)


def _words(field: str) -> list[tuple[str, Any]]:
    from holdings.models.choices import Frontage, Occupancy, Structure, Use

    kinds = {"structure": Structure, "use": Use, "frontage": Frontage, "occupancy": Occupancy}
    return list(kinds[field].choices)


class SettleForm(forms.Form):
    """A person's decision about one row."""

    decision = forms.ChoiceField(label=_("Decision"), choices=SurveyRow.Decision.choices, required=False)
    ward = forms.ModelChoiceField(label=_("Ward"), queryset=Ward.objects.order_by("number"), required=False)
    building = forms.CharField(label=_("Building no. of the register"), max_length=40, required=False)

    def __init__(self, allowed: frozenset[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(code, word) for code, word in SurveyRow.Decision.choices if not code or code in allowed]
        self.fields["decision"] = forms.ChoiceField(label=_("Decision"), choices=choices, required=False)
        if "same" not in allowed:
            del self.fields["building"]


class SridForm(forms.Form):
    """The coordinate system a file is truly in."""

    srid = forms.IntegerField(label=_("Coordinate system (EPSG)"), min_value=1024, max_value=32767, localize=False)
