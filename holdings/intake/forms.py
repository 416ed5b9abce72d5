"""Input of the screens of files brought in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from holdings.forms import SridForm, UploadForm
from holdings.intake.models import IntakeFile
from holdings.intake.registry import intake_of, intakes_for
from holdings.intake.spec import Field, Kind
from holdings.intake.words import unit_words
from imis.models import User

_UNIT = "__unit"
_NO_COLUMN = ("", "—")


class BringForm(UploadForm):
    """A file of one of the kinds that the user brings in."""

    kind = forms.ChoiceField(label=_("Kind of file"))
    field_order = ("kind", "file", "layer", "srid")

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = [(intake.kind, intake.title) for intake in intakes_for(user)]
        self.fields["kind"] = forms.ChoiceField(label=_("Kind of file"), choices=mine)
        self.fields["file"].label = _("File")
        self.order_fields(self.field_order)


class ColumnsForm(forms.Form):
    """Which column of the file feeds which field, and in which unit; a fixed word for every row is possible."""

    def __init__(self, file: IntakeFile, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        columns = [(column, column) for column in file.fields]
        for field in intake_of(file.kind).fields:
            current = file.columns.get(field.name, "")
            kept = [(current, current[1:])] if current.startswith("=") else []
            options = dict([_NO_COLUMN, *columns, *kept, *_constants(field)])
            # A row without it could not be entered: so the form does not call it optional.
            self.fields[field.name] = forms.ChoiceField(
                label=str(field.title), required=field.required, initial=current, choices=list(options.items())
            )
            if len(field.units) > 1:
                self.fields[field.name + _UNIT] = _unit_field(field, file.units.get(field.name, field.unit))

    def columns(self) -> dict[str, str]:
        """Field → column of the fields that have one."""
        return {name: column for name, column in self.cleaned_data.items() if column and not name.endswith(_UNIT)}

    def units(self) -> dict[str, str]:
        """Field → unit of the fields that have one."""
        found = {name: unit for name, unit in self.cleaned_data.items() if unit and name.endswith(_UNIT)}
        return {name.removesuffix(_UNIT): unit for name, unit in found.items()}


def _unit_field(field: Field, current: str) -> forms.ChoiceField:
    """The units of a field, each word once: `in` and `inch` are one to a reader."""
    named: dict[str, str] = {}
    for unit in (current, *field.units):
        named.setdefault(unit_words(unit), unit)
    choices = [(unit, word) for word, unit in named.items()]
    return forms.ChoiceField(label=_("… measured in"), required=False, initial=current, choices=choices)


def _constants(field: Field) -> list[tuple[str, Any]]:
    if field.kind is not Kind.CHOICE or field.choices is None:
        return []
    return [(f"={one.code}", _("always: %(word)s") % {"word": one.title}) for one in field.choices()]


__all__ = ["BringForm", "ColumnsForm", "SridForm"]
