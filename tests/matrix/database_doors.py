"""The doors past Django: the project that QGIS opens, and the views that a login of the database reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import psycopg2
from django.db import connection
from django.urls import reverse

from tests.matrix.checker import Asker, Door, Opened, Seen, Wanted, wanted
from tests.matrix.expected import LAYERS
from tests.matrix.map_doors import described

_SCHEMAS = {1: "gis_public", 2: "gis_staff", 3: "gis_tax"}
_TO_CONNECT = (b"password", b"host=", b"user=", b"authcfg")
# PostGIS opens its own lists of systems and columns to everybody.
_OPEN_TO_ROLE = """
    SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema', %s)
      AND c.relname NOT IN ('spatial_ref_sys', 'geometry_columns', 'geography_columns')
      AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') ORDER BY 1
"""


def _project(asker: Asker) -> Opened:
    """A layer is given (200) when the project holds it; its columns are those of the view that QGIS then opens.

    A view knows no wards: whoever has only their own gets no layer that would show them all.
    """
    answer = asker.browser().get(reverse("layers:qgis_project"))
    sources = _sources(answer.content) if answer.status_code == 200 else {}
    told = [word.decode() for word in _TO_CONNECT if word in answer.content.lower()]

    def ask(layer: str) -> Iterator[Seen]:
        for name in LAYERS[layer].bands:
            right = wanted(asker, layer, name) if asker.office.opens_map else None
            right = None if asker.own_ward and LAYERS[layer].own_wards else right
            if name not in sources:
                yield Seen(name, 404, right)
                continue
            schema, view = sources[name]
            yield _read(schema, schema, view, right, answer.content)
            if told and answer.status_code == 200:
                yield Seen(f"the project holds {told}", 200, None)

    return ask


def _sources(text: bytes) -> dict[str, tuple[str, str]]:
    """Band: the schema and view in which QGIS reads it."""
    found = {}
    for node in ElementTree.fromstring(text).iter("datasource"):  # noqa: S314 - our own
        schema, _between, view = str(node.text).split('table="')[1].split('"')[:3]
        found[view] = (schema, view)
    return found


def _login(asker: Asker) -> Opened:
    """Reads the views of the person's own circle, and of the layer's, as the role of the person's circle."""
    role = _SCHEMAS[asker.office.circle]
    too_much = _open_to(role)

    def ask(layer: str) -> Iterator[Seen]:
        for name in LAYERS[layer].bands:
            right = wanted(asker, layer, name)
            for schema in {role, _SCHEMAS[max(LAYERS[layer].circle, asker.office.circle)]}:
                yield _read(role, schema, name, right)
        if too_much:
            yield Seen(f"the role {role} also reads {too_much}", 200, None)

    return ask


def _read(role: str, schema: str, view: str, right: Wanted | None, before: bytes = b"") -> Seen:
    try:
        rows = _rows(role, f'SELECT * FROM "{schema}"."{view}"', [])
    except (psycopg2.errors.UndefinedTable, psycopg2.errors.InsufficientPrivilege):
        return Seen(f"{schema}.{view}", 200 if before else 403, right, frozenset(), frozenset(), before)
    return Seen(f"{schema}.{view}", 200, right, **described(rows, {"id", "geom"}), body=before + repr(rows).encode())  # type: ignore[arg-type]


def _open_to(role: str) -> list[str]:
    """What a role may read outside its schema."""
    return [str(row["c"]) for row in _rows(role, f"SELECT oid AS c FROM ({_OPEN_TO_ROLE}) t (oid)", [role])]


def _rows(role: str, query: str, values: list[str]) -> list[dict[str, Any]]:
    """The rows of a query on a line of its own, in a role."""
    ours = connection.settings_dict
    names = {"host": "HOST", "port": "PORT", "dbname": "NAME", "user": "USER", "password": "PASSWORD"}
    line = psycopg2.connect(**{key: ours[name] or None for key, name in names.items()})
    line.autocommit = True
    try:
        with line.cursor() as cursor:
            cursor.execute(f'SET ROLE "{role}"')
            cursor.execute(query, values)
            titles = [column.name for column in cursor.description or ()]
            return [dict(zip(titles, row, strict=True)) for row in cursor.fetchall()]
    finally:
        line.close()


QGIS = Door("QGIS", _project, frozenset({404}))
DATABASE = Door("database", _login, frozenset({403}))
