"""Loads wards and roads from files of the planning office."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from django.contrib.gis.geos import GEOSGeometry, MultiLineString
from django.db import connection, transaction
from django.utils.translation import gettext as _

from holdings.messages import unreadable
from holdings.models import Road, Ward
from holdings.readers import Unreadable, open_survey
from holdings.rules.survey import find_column
from holdings.statements import begin_bulk_work
from imis.audit import record
from imis.errors import BadInput
from imis.models import User

_WARD = ("ward_no", "ward", "ward number", "ওয়ার্ড নং")
_NAME_BN = ("ward_name_bn", "name_bn", "road_name_bn", "নাম")
_NAME_EN = ("ward_name", "ward_name_en", "name_en", "road_name", "name", "name_src")
_ZONE = ("zone", "অঞ্চল")
_CODE = ("road_code", "code", "road_no")
_CLASS = ("hierarchy", "highway", "class", "road_class")
_WIDTH = ("width_m", "width")
_MAIN = {"main", "primary", "secondary", "trunk", "motorway", "primary_link", "secondary_link", "trunk_link"}
_MIDDLE = {"tertiary", "tertiary_link", "unclassified", "collector"}


@transaction.atomic
def load_wards(*, path: Path, by: User | None, at: datetime) -> int:
    """Adds or redraws the wards of a polygon file that names their numbers; how many wards it has.

    Raises BadInput when the file cannot be read, names no ward number or draws an invalid polygon.
    """
    fields = _stage(path)
    ward = _need(fields, _WARD, _("ward no."))
    sql = """
        INSERT INTO holdings_ward (number, name_bn, name_en, zone, geom)
        SELECT (raw ->> %(ward)s)::int, left(coalesce(raw ->> %(bn)s, raw ->> %(ward)s), 80),
            left(coalesce(raw ->> %(en)s, raw ->> %(ward)s), 80), coalesce((raw ->> %(zone)s)::int, 1),
            ST_Multi(ST_ForcePolygonCW(ST_Union(geom)))
        FROM survey_place GROUP BY 1, 2, 3, 4
        ON CONFLICT (number) DO UPDATE SET name_bn = EXCLUDED.name_bn, name_en = EXCLUDED.name_en, geom = EXCLUDED.geom
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM survey_place WHERE geom IS NULL OR ST_Dimension(geom) <> 2 OR NOT ST_IsValid(geom)"
        )
        if cursor.fetchone()[0]:
            raise BadInput(_("A ward of the file has no valid polygon."), remedy=_("Correct it in the map software."))
        cursor.execute(
            sql,
            {
                "ward": ward,
                "bn": find_column(fields, _NAME_BN),
                "en": find_column(fields, _NAME_EN),
                "zone": find_column(fields, _ZONE),
            },
        )
        loaded = int(cursor.rowcount)
        cursor.execute("ANALYZE holdings_ward")
    record(by=by, at=at, action="load_wards", object_type="ward", object_id="all", wards=loaded)
    return loaded


@dataclass(frozen=True)
class LoadedRoads:
    """How many roads of a file were added, and how many were there already."""

    added: int
    known: int


@transaction.atomic
def load_roads(*, path: Path, by: User | None, at: datetime) -> LoadedRoads:
    """Adds the roads of a line file to the ward each names, or else mostly lies in.

    A road that the ward has already, with the same name and line, is not added again. A code that is already used in
    the ward, or does not fit six signs, gets the next free number of the ward.
    """
    fields = _stage(path)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT raw, ST_AsEWKB(ST_Multi(geom)) FROM survey_place WHERE ST_Dimension(geom) = 1 ORDER BY number"
        )
        rows = cursor.fetchall()
    names = {
        key: find_column(fields, words)
        for key, words in (
            ("ward", _WARD),
            ("code", _CODE),
            ("bn", _NAME_BN),
            ("en", _NAME_EN),
            ("class", _CLASS),
            ("width", _WIDTH),
        )
    }
    loaded = _add_roads(rows, names)
    record(
        by=by, at=at, action="load_roads", object_type="road", object_id="all", roads=loaded.added, known=loaded.known
    )
    return loaded


def _stage(path: Path) -> list[str]:
    with connection.cursor() as cursor:
        begin_bulk_work(cursor)
        cursor.execute(
            "CREATE TEMP TABLE survey_place (file_id int, number int, raw jsonb, geom geometry, raw_geom geometry,"
            " decision text) ON COMMIT DROP"
        )
        try:
            with open_survey(path, path.name, file_id=0) as stream:
                cursor.copy_expert("COPY survey_place FROM STDIN", stream.rows)
                stream.finish()
                return stream.fields
        except Unreadable as error:
            raise unreadable(error) from error


def _need(fields: list[str], words: tuple[str, ...], what: str) -> str:
    column = find_column(fields, words)
    if column is None:
        raise BadInput(_("The file has no column for “%(what)s”.") % {"what": what}, field=words[0])
    return column


def _add_roads(rows: list[tuple[Any, Any]], names: dict[str, str | None]) -> LoadedRoads:
    wards = list(Ward.objects.all())
    taken: dict[int, set[str]] = {ward.pk: set() for ward in wards}
    there = set()
    for road in Road.objects.only("ward_id", "code", "name_bn", "geom"):
        taken[road.ward_id].add(road.code)
        there.add(_look(road))
    roads, known = [], 0
    for raw, line in rows:
        new = _road(raw, bytes(line), names, wards)
        if new is None:
            continue
        if _look(new) in there:
            known += 1
            continue
        there.add(_look(new))
        new.code = _free_code(new.code, taken[new.ward_id])
        taken[new.ward_id].add(new.code)
        roads.append(new)
    Road.objects.bulk_create(roads, batch_size=2000)
    return LoadedRoads(len(roads), known)


def _look(road: Road) -> tuple[int, str, bytes]:
    """What two rows have in common that are one road: the code may have been given by the loading."""
    return road.ward_id, road.name_bn, bytes(road.geom.wkb) if road.geom else b""


def _road(raw: Any, line: bytes, names: dict[str, str | None], wards: list[Ward]) -> Road | None:
    cells = json.loads(raw) if isinstance(raw, str) else raw
    said = {key: str(cells.get(column) or "") if column else "" for key, column in names.items()}
    geom = cast(MultiLineString, GEOSGeometry(memoryview(line)))
    numbers = {ward.pk for ward in wards}
    ward = int(said["ward"]) if said["ward"].isdigit() and int(said["ward"]) in numbers else _mostly_in(geom, wards)
    if ward is None:
        return None
    kind = said["class"].lower()
    hierarchy = "main" if kind in _MAIN else "secondary" if kind in _MIDDLE else "lane"
    name = said["bn"] or said["en"] or said["code"]
    return Road(
        ward_id=ward,
        code=said["code"],
        name_bn=name[:120],
        name_en=(said["en"] or name)[:120],
        hierarchy=hierarchy,
        width_m=said["width"] or None,
        geom=geom,
    )


def _mostly_in(geom: Any, wards: list[Ward]) -> int | None:
    lengths = {ward.pk: ward.geom.intersection(geom).length for ward in wards if ward.geom.intersects(geom)}
    return max(lengths, key=lambda number: lengths[number]) if lengths else None


def _free_code(code: str, taken: set[str]) -> str:
    if code and len(code) <= 6 and code not in taken:
        return code
    number = 1
    while f"{number:03}" in taken:
        number += 1
    return f"{number:03}"
