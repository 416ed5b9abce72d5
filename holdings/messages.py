"""Sentences of the survey, built from codes when they are shown, so that each reader gets their language."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from holdings.readers import Unreadable
from imis.errors import BadInput

_UNREADABLE = {
    "unknown_suffix": (
        gettext_lazy("This kind of file is not read here."),
        gettext_lazy("Bring GeoPackage, Shapefile (zipped), GeoJSON, KML, CSV or XLSX."),
    ),
    "not_this_format": (
        gettext_lazy("The content is not what the file's name says."),
        gettext_lazy("Export it again from the software that made it, and bring that file."),
    ),
    "no_layer": (gettext_lazy("The file holds no layer."), gettext_lazy("Export the building layer.")),
    "no_such_layer": (gettext_lazy("The file has no such layer."), gettext_lazy("Its layers are: %(layers)s.")),
    "several_layers": (
        gettext_lazy("The file holds several layers."),
        gettext_lazy("Name one of them, or export only it: %(layers)s."),
    ),
    "no_such_system": (
        gettext_lazy("“%(system)s” is no coordinate system that says where a place lies on the map."),
        gettext_lazy("State its EPSG number, such as 4326 for longitude and latitude or 32645 for UTM 45N."),
    ),
    "empty": (gettext_lazy("The file holds no rows."), gettext_lazy("Export the file again, with its rows.")),
    "no_header": (
        gettext_lazy("The first line does not name the columns."),
        gettext_lazy("Put one line of column names above the rows."),
    ),
    "not_utf8": (
        gettext_lazy("The text is not in UTF-8, so Bangla letters would be lost."),
        gettext_lazy("Save the table as “CSV UTF-8”, or as XLSX."),
    ),
    "open_quote": (
        gettext_lazy("A quotation mark on line %(line)s is not closed where its cell ends; it would swallow rows."),
        gettext_lazy("Correct that line: close the mark or take it out, and write each cell on one line."),
    ),
    "zip_slip": (
        gettext_lazy("The archive tries to write outside its folder (%(member)s)."),
        gettext_lazy("Pack the survey's files alone, without folders above them."),
    ),
    "zip_link": (
        gettext_lazy("The archive holds a link (%(member)s)."),
        gettext_lazy("Pack the files themselves."),
    ),
    "zip_bomb": (
        gettext_lazy("The archive would unpack to more than is allowed."),
        gettext_lazy("Divide the survey by wards."),
    ),
    "zip_many_members": (
        gettext_lazy("The archive holds too many files."),
        gettext_lazy("Pack the survey's files alone."),
    ),
    "zip_encrypted": (
        gettext_lazy("The archive is locked with a password."),
        gettext_lazy("Pack it without a password."),
    ),
    "zip_no_survey": (
        gettext_lazy("The archive holds no survey."),
        gettext_lazy("A Shapefile needs .shp, .shx, .dbf and .prj together."),
    ),
    "zip_many_surveys": (
        gettext_lazy("The archive holds several surveys."),
        gettext_lazy("Pack each one by itself."),
    ),
    "zip_broken": (gettext_lazy("The archive is damaged."), gettext_lazy("Pack it again.")),
    "too_large": (
        gettext_lazy("The file needs more memory than one survey may take."),
        gettext_lazy("Bring it as GeoPackage, or divide it by wards."),
    ),
    "no_wall": (
        gettext_lazy("This server cannot shut in the reading process, so nothing was read."),
        gettext_lazy("Tell the administrator."),
    ),
    "reader_died": (
        gettext_lazy("The file could not be read to its end."),
        gettext_lazy("Export it again; if that does not help, bring it as GeoPackage."),
    ),
}


def unreadable(error: Unreadable) -> BadInput:
    """The refusal a person sees for a file that could not be read."""
    message, remedy = _UNREADABLE.get(error.code, _UNREADABLE["reader_died"])
    facts = {key: ", ".join(value) if isinstance(value, list) else value for key, value in error.facts.items()}
    facts = {"member": "", "layers": "", "line": "", "system": "", **facts}
    return BadInput(str(message) % facts, field="file", remedy=str(remedy) % facts)
