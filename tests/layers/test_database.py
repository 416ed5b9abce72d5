"""GIS views: each audience's schema holds its layers and columns, and its role reads nothing else."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection, transaction

from layers.database import PK_TABLE, bands_for, columns_for, drop_views, rebuild_views
from layers.spec import Audience
from tests.layers.conftest import City


def _columns(schema: str) -> dict[str, list[str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position) FROM information_schema.columns
               WHERE table_schema = %s AND table_name <> %s GROUP BY 1""",
            [schema, PK_TABLE],
        )
        return dict(cursor.fetchall())


@pytest.mark.django_db
def test_each_audience_has_its_layers_and_columns() -> None:
    assert rebuild_views() == sum(len(bands_for(audience)) for audience in Audience)
    for audience in Audience:
        assert _columns(audience.schema) == {
            band.name: ["id", *(each.name for each in columns_for(band, audience)), "geom"]
            for band in bands_for(audience)
        }
    public, staff, tax = (_columns(audience.schema) for audience in Audience)
    assert set(public) <= set(staff) < set(tax)
    assert "bin" not in public["buildings"] and "bin" in staff["buildings"]
    assert "buildings_by_tax_status" not in staff


@pytest.mark.django_db
@pytest.mark.parametrize("audience", list(Audience), ids=lambda audience: audience.schema)
def test_a_role_reads_its_own_schema_and_no_table(city: City, audience: Audience) -> None:
    rebuild_views()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"GRANT {audience.schema} TO CURRENT_USER")  # who is no superuser, so may not become anyone
        cursor.execute(f"SET LOCAL ROLE {audience.schema}")
        cursor.execute(f"SELECT count(*) FROM {audience.schema}.buildings")
        assert cursor.fetchone()[0] == 7
    others = [each for each in Audience if each is not audience]
    for forbidden in ("holdings_owner", "tax_standing", *(f"{each.schema}.wards" for each in others)):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL ROLE {audience.schema}")
                cursor.execute(f"SELECT * FROM {forbidden} LIMIT 1")


@pytest.mark.django_db
@pytest.mark.parametrize("audience", list(Audience), ids=lambda audience: audience.schema)
def test_each_view_has_its_key_on_record(city: City, audience: Audience) -> None:
    rebuild_views()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"GRANT {audience.schema} TO CURRENT_USER")
        cursor.execute(f"SET LOCAL ROLE {audience.schema}")
        cursor.execute(f"SELECT table_schema, table_name, pk_column FROM {audience.schema}.{PK_TABLE}")
        assert sorted(cursor.fetchall()) == sorted((audience.schema, band.name, "id") for band in bands_for(audience))
        for band in bands_for(audience):
            cursor.execute(f"SELECT count(*) = count(DISTINCT id) FROM {audience.schema}.{band.name}")
            assert cursor.fetchone() == (True,), band.name


@pytest.mark.django_db
def test_views_give_way_to_a_migration_and_come_back() -> None:
    rebuild_views()
    drop_views()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE holdings_ward ALTER COLUMN name_bn TYPE varchar(90)")
    assert rebuild_views() == rebuild_views() > 0


@pytest.mark.django_db
def test_the_view_knows_the_current_fiscal_year(city: City) -> None:
    from django.utils import timezone

    from imis.fiscal import fiscal_year_of

    rebuild_views()
    year = fiscal_year_of(timezone.localdate()).start_year
    city.holdings["current"].standing.__class__.objects.filter(pk=city.holdings["current"].pk).update(
        oldest_unpaid_year=year
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT status FROM gis_tax.buildings_by_tax_status WHERE id = %s", [city.buildings["current"].pk]
        )
        assert cursor.fetchone() == ("current",)
