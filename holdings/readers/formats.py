"""The formats a survey may come in, each with the GDAL drivers that may open it and its first bytes.

Imported by the reading process too, so: standard library only.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SQLITE = b"SQLite format 3\x00"
ZIP = b"PK\x03\x04"


@dataclass(frozen=True)
class Format:
    """One accepted format. `drivers` is empty when the file is read without GDAL."""

    name: str
    suffixes: tuple[str, ...]
    drivers: tuple[str, ...] = ()
    companions: tuple[str, ...] = ()


FORMATS = (
    Format("GPKG", (".gpkg",), ("GPKG",)),
    Format("ESRI Shapefile", (".shp",), ("ESRI Shapefile",), (".shx", ".dbf", ".prj", ".cpg")),
    Format("GeoJSON", (".geojson", ".json"), ("GeoJSON",)),
    Format("KML", (".kml",), ("LIBKML",)),
    Format("CSV", (".csv", ".tsv", ".txt")),
    Format("XLSX", (".xlsx",)),
)
ARCHIVES = (".zip", ".kmz")
SUFFIXES = tuple(suffix for form in FORMATS for suffix in form.suffixes) + ARCHIVES


def format_of(name: str) -> Format | None:
    """The format a file's suffix claims, None when it is not accepted."""
    suffix = Path(name).suffix.lower()
    return next((form for form in FORMATS if suffix in form.suffixes), None)


def looks_like(form: Format, path: Path) -> bool:
    """True when the first bytes are those of the format; a VRT named .geojson is caught here already."""
    with path.open("rb") as file:
        head = file.read(4096)
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if form.name == "GPKG":
        return head.startswith(SQLITE)
    if form.name == "ESRI Shapefile":
        return head.startswith(b"\x00\x00\x27\x0a")
    if form.name == "GeoJSON":
        return text.startswith(b"{")
    if form.name == "KML":
        return text.startswith(b"<") and b"<kml" in head.lower()
    if form.name == "XLSX":
        return head.startswith(ZIP)
    return b"\x00" not in head and not text.startswith((b"<", b"{"))
