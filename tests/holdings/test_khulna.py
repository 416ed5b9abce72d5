"""The real footprints of the workshop go through from file to register; their known defects are found and named."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Count

from holdings.models import Building, Holding, HoldingBuilding, Road, SurveyFile, SurveyProblem, Ward
from holdings.queries import outcomes
from imis.models import User


@pytest.fixture
def khulna(shared: Path, assessor: User) -> Path:
    folder = shared / "data" / "khulna"
    call_command("load_wards", str(folder / "khulna_wards.geojson"), stdout=StringIO())
    return folder


def run(*arguments: str) -> str:
    said = StringIO()
    call_command("import_survey", "--by", "assessor", *arguments, stdout=said)
    return said.getvalue()


def test_the_whole_city(khulna: Path) -> None:
    assert Ward.objects.count() == 31
    run("stage", str(khulna / "khulna_buildings.gpkg"))
    file = SurveyFile.objects.get()
    assert (file.row_count, file.srid, file.driver) == (20_899, 4326, "GPKG")
    run("check", str(file.pk))
    counts = dict(SurveyProblem.objects.values_list("code").annotate(n=Count("id")))
    assert counts["straddles_ward"] == 523
    assert counts["ward_mismatch"] + counts.get("outside_wards", 0) == 8
    assert counts["missing_number"] == 8_778
    pairs = SurveyProblem.objects.filter(code__in=["slight_overlap", "overlap", "duplicate_row"])
    # The notes beside the data count 86: measured in UTM 45N, where rounding lets two footprints that only touch
    # (rows 1871 and 1883) share 0.00000000000000001 m². As drawn in the file, and as stored, 85 pairs share ground.
    assert sum(len(details.get("others", [0])) for details in pairs.values_list("details", flat=True)) == 85
    assert "invalid_ring" not in counts and "duplicate_bin" not in counts
    said = run("apply", str(file.pk))
    found = outcomes(file)
    assert f"rows {found.rows} = applied {found.applied} + rejected 0 + waiting {found.waiting}" in said
    assert found.applied + found.waiting == 20_899 and found.waiting < 200
    assert Building.objects.count() == found.applied
    assert (
        not Building.objects.filter(survey_row=None).exists() and not Holding.objects.filter(survey_row=None).exists()
    )
    assert Holding.objects.filter(code=None).count() < 20
    assert HoldingBuilding.objects.values("holding").distinct().count() == Holding.objects.count()
    _in_hilbert_order()


def _in_hilbert_order() -> None:
    """Neighbours in the heap are neighbours in the city: what makes a tile touch few pages (performance.md)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT avg(ST_Distance(point, before)) FROM (SELECT point, lag(point) OVER (ORDER BY ctid) AS before"
            " FROM holdings_building) b"
        )
        (step,) = cursor.fetchone()
    assert step < 100


def test_a_mistyped_command_says_what_is_wrong(khulna: Path) -> None:
    from django.core.management import CommandError

    with pytest.raises(CommandError, match="not a file"):
        run("stage", str(khulna / "none.gpkg"))
    with pytest.raises(CommandError, match="no survey file 987"):
        run("check", "987")
    with pytest.raises(CommandError, match="may not"):
        call_command("import_survey", "--by", "nobody", "check", "1")


def test_staging_twice_is_said_kindly(khulna: Path) -> None:
    path = str(khulna / "khulna_schools_osm.geojson")
    run("stage", path)
    run("stage", path)
    assert SurveyFile.objects.count() == 1


def test_roads_are_loaded_to_their_wards(khulna: Path) -> None:
    said = StringIO()
    call_command("load_roads", str(khulna / "khulna_roads.gpkg"), stdout=said)
    assert said.getvalue().strip() == f"roads: {Road.objects.count()}" and Road.objects.count() == 2_365
    assert not Road.objects.filter(ward__in=[1, 2, 3]).exists()
    assert Road.objects.filter(hierarchy="main").exists() and Road.objects.exclude(geom=None).count() == 2_365


def test_wards_may_be_loaded_again(khulna: Path) -> None:
    call_command("load_wards", str(khulna / "khulna_wards.geojson"), stdout=StringIO())
    assert Ward.objects.count() == 31 and Ward.objects.get(number=22).name_bn == "ওয়ার্ড নং ২২"
