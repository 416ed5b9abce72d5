"""Map views for GIS programs: one schema and one read-only role an audience, rebuilt on each release.

`gis_public` ⊂ `gis_staff` ⊂ `gis_tax`: each holds every layer its audience may see, with only the attributes it may
see. Views are derived and are dropped and made again, because an existing view blocks a change of column type.
A view never transforms a geometry column, so its index serves every program that asks for a box in 3857.
"""

from __future__ import annotations

from django.conf import settings
from django.db import connection, transaction

from layers.catalogue import LAYERS
from layers.spec import Attribute, Audience, Band

# First calendar year of the fiscal year (1 July) that runs now in the city.
_THIS_YEAR = "(extract(year FROM (now() AT TIME ZONE '{zone}') - interval '6 months'))::integer"
# GeoServer finds the key of a view in this table: without a key, ids are random and pages impossible.
PK_TABLE = "gt_pk_metadata"
_MAKE_PK_TABLE = """
    CREATE TABLE {schema}.{table} (
        table_schema text NOT NULL, table_name text NOT NULL, pk_column text NOT NULL, pk_column_idx integer,
        pk_policy text, pk_sequence text, UNIQUE (table_schema, table_name, pk_column)
    )
"""
_MAKE_ROLE = """
    DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
            CREATE ROLE {role} NOLOGIN;
            ALTER ROLE {role} SET default_transaction_read_only = on;
        END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END $$
"""
# One login an audience, a member of that audience's role alone: whatever is sent there, it cannot become another.
_MAKE_LOGIN = """
    DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{login}') THEN
            CREATE ROLE {login} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE INHERIT CONNECTION LIMIT 8;
            ALTER ROLE {login} SET default_transaction_read_only = on;
            ALTER ROLE {login} SET statement_timeout = '60s';
        END IF;
        IF NOT EXISTS (SELECT FROM pg_auth_members
                       WHERE roleid = '{role}'::regrole AND member = '{login}'::regrole) THEN
            GRANT {role} TO {login};
        END IF;
    -- Where only an administrator makes roles, `logins_missing` says what is left to do.
    EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN NULL;
    END $$
"""
_IS_MEMBER = """
    SELECT FROM pg_auth_members m JOIN pg_roles l ON l.oid = m.member JOIN pg_roles r ON r.oid = m.roleid
    WHERE l.rolname = %s AND r.rolname = %s
"""


@transaction.atomic
def rebuild_views() -> int:
    """Drops and makes all map views, their schemas, roles and MapServer's logins; returns the number of views.

    Run as the owner of the tables, with the right to make roles (or with the three roles made beforehand).
    """
    made = 0
    with connection.cursor() as cursor:
        for audience in Audience:
            schema = audience.schema
            cursor.execute(_MAKE_ROLE.format(role=schema))
            cursor.execute(_MAKE_LOGIN.format(role=schema, login=audience.login))
            cursor.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
            cursor.execute(f"CREATE SCHEMA {schema}")
            cursor.execute(_MAKE_PK_TABLE.format(schema=schema, table=PK_TABLE))
            for band in bands_for(audience):
                cursor.execute(view_sql(band, audience))
                cursor.execute(f"INSERT INTO {schema}.{PK_TABLE} VALUES (%s, %s, 'id')", [schema, band.name])  # noqa: S608
                made += 1
            cursor.execute(f"GRANT USAGE ON SCHEMA {schema} TO {schema}")
            cursor.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {schema}")
    return made


def logins_missing() -> list[str]:
    """What must still be done so that MapServer can sign in for each audience; nothing after `rebuild_views` may."""
    statements = []
    with connection.cursor() as cursor:
        for audience in Audience:
            cursor.execute("SELECT rolcanlogin FROM pg_roles WHERE rolname = %s", [audience.login])
            if cursor.fetchone() is None:
                statements.append(f"CREATE ROLE {audience.login} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE INHERIT")
            cursor.execute(_IS_MEMBER, [audience.login, audience.schema])
            if cursor.fetchone() is None:
                statements.append(f"GRANT {audience.schema} TO {audience.login}")
    return statements


@transaction.atomic
def drop_views() -> None:
    """Drops the map views and their schemas, so that a migration may change what they show."""
    with connection.cursor() as cursor:
        for audience in Audience:
            cursor.execute(f"DROP SCHEMA IF EXISTS {audience.schema} CASCADE")


def bands_for(audience: Audience) -> tuple[Band, ...]:
    """The bands of every layer that an audience may see."""
    return tuple(band for layer in LAYERS if layer.audience <= audience for band in layer.bands)


def columns_for(band: Band, audience: Audience) -> tuple[Attribute, ...]:
    """The attributes of a band that an audience may see."""
    return tuple(attribute for attribute in band.attributes if attribute.audience <= audience)


def view_sql(band: Band, audience: Audience) -> str:
    """The CREATE VIEW statement of a band for an audience."""
    names = ", ".join(["id", *(attribute.name for attribute in columns_for(band, audience)), "geom"])
    body = band.sql.replace("%(fiscal_year)s", _THIS_YEAR.format(zone=settings.TIME_ZONE))
    return f"CREATE VIEW {audience.schema}.{band.name} AS SELECT {names} FROM (\n{body}\n) f"  # noqa: S608 - names from the catalogue
