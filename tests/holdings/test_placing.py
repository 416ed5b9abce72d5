"""Another coordinate system is stated for a file: nothing is lost, nothing drifts, what cannot be is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from holdings.intake.services import check_intake
from holdings.intake.services import state_srid as state_intake_srid
from holdings.models import SurveyFile, SurveyRow, Ward
from holdings.rules.survey import LIKELY_SRIDS
from holdings.services import check_survey, settle_rows, stage_survey, state_srid
from imis.errors import BadInput
from imis.models import AuditRow, User
from imis.roles import Role
from tests.holdings.bringing import named, row
from tests.holdings.conftest import EAST, NORTH, NOW, square

pytestmark = pytest.mark.django_db


def at(row: Any) -> tuple[float, float]:
    """The south-west corner of a row, in storage SRID."""
    row.refresh_from_db()
    west, south, *_ = row.geom.extent
    return west, south


@pytest.fixture
def metric(wards: list[Ward], assessor: User, write: Callable[..., Path]) -> SurveyFile:
    path = write("m.gpkg", [(square(100, 100, crs="utm"), {"ward_no": 21, "house_no": "1"})], crs="EPSG:32645")
    return stage_survey(path=path, name="m.gpkg", by=assessor, at=NOW)


def test_metres_are_no_degrees_and_nothing_is_written(metric: SurveyFile, assessor: User) -> None:
    found = metric.rows.get()
    before, said = at(found), AuditRow.objects.count()
    with pytest.raises(BadInput) as refusal:
        state_srid(file=metric, srid=4326, by=assessor, at=NOW)
    assert refusal.value.field == "srid" and refusal.value.remedy
    assert at(found) == before and found.raw_geom is None and AuditRow.objects.count() == said
    metric.refresh_from_db()
    assert metric.srid == 32645


@pytest.mark.parametrize("wrong", [srid for srid in LIKELY_SRIDS if srid != 4326])
def test_there_and_back_is_where_it_was(metric: SurveyFile, assessor: User, wrong: int) -> None:
    found = metric.rows.get()
    before = at(found)
    for _ in range(3):
        state_srid(file=SurveyFile.objects.get(), srid=wrong, by=assessor, at=NOW)
        assert at(found) != before or wrong == 32645
        state_srid(file=SurveyFile.objects.get(), srid=32645, by=assessor, at=NOW)
    assert at(found) == pytest.approx(before, abs=1e-6)
    assert found.raw_geom.extent[:2] == pytest.approx((EAST + 100, NORTH + 100), abs=1e-6)


def test_a_system_of_another_ellipsoid_gives_its_coordinates_back(
    wards: list[Ward], assessor: User, write: Callable[..., Path]
) -> None:
    path = write("g.gpkg", [(shapely.box(455_000, 2_524_000, 455_010, 2_524_010), {"ward_no": 21})], crs="EPSG:3106")
    file = stage_survey(path=path, name="g.gpkg", by=assessor, at=NOW)
    found = file.rows.get()
    before = at(found)
    for srid in (9678, 3106):
        file = state_srid(file=file, srid=srid, by=assessor, at=NOW)
    assert at(found) == pytest.approx(before, abs=1e-6)
    assert found.raw_geom.extent[:2] == pytest.approx((455_000, 2_524_000), abs=1e-6)


def test_an_intake_loses_nothing_either(lanes: Callable[..., Any], assessor: User) -> None:
    line = shapely.LineString([(EAST + 100, NORTH + 100), (EAST + 150, NORTH + 100)])
    file = lanes([(line, {"lane_no": "L1", "class": "lane"})], crs="EPSG:32645")
    found = file.rows.get()
    before = at(found)
    with pytest.raises(BadInput):
        state_intake_srid(file=file, srid=4326, by=assessor, at=NOW)
    file = state_intake_srid(file=file, srid=3106, by=assessor, at=NOW)
    file = state_intake_srid(file=file, srid=32645, by=assessor, at=NOW)
    assert at(found) == pytest.approx(before, abs=1e-6)
    assert not check_intake(file=file, by=assessor, at=NOW).strays


def test_a_row_that_is_wrong_in_any_system_is_left_out_first(bring: Callable[..., SurveyFile], assessor: User) -> None:
    nowhere = shapely.box(1e12, 1e12, 1e12 + 10, 1e12 + 10)
    file = bring([(square(100, 100, crs="utm"), {"ward_no": 21}), (nowhere, {"ward_no": 21})], crs=None, name="n.shp")
    with pytest.raises(BadInput, match="2"):
        state_srid(file=file, srid=32645, by=assessor, at=NOW)
    settle_rows(file=file, rows=[2], decision="reject", by=assessor, at=NOW)
    file = check_survey(file=state_srid(file=file, srid=32645, by=assessor, at=NOW), by=assessor, at=NOW)
    assert "wrong_crs" not in named(file).get(1, set())
    assert file.rows.get(number=2).raw_geom is not None and file.rows.get(number=2).geom is None


@pytest.mark.parametrize("srid", [5703, 4978, 4979, 1024])
def test_what_says_no_place_on_the_map_is_refused(
    bring: Callable[..., SurveyFile], signed_in: Any, wards: list[Ward], srid: int
) -> None:
    file = bring([row(100)])
    client = signed_in(Role.ASSESSOR, username="other-desk")
    answer = client.post(reverse("holdings:survey_srid", args=[file.pk]), {"srid": str(srid)}, follow=True)
    assert answer.status_code == 200 and [str(m) for m in answer.context["messages"]]
    file.refresh_from_db()
    assert file.srid == 4326


def test_a_stated_system_is_asked_for_when_the_file_is_read(
    wards: list[Ward], assessor: User, write: Callable[..., Path]
) -> None:
    path = write("s.gpkg", [row(100)])
    for crs in ("EPSG:5703", "EPSG:1024"):
        with pytest.raises(BadInput, match=crs):
            stage_survey(path=path, name="s.gpkg", by=assessor, at=NOW, crs=crs)


def test_what_can_be_recommended_can_be_stated(bring: Callable[..., SurveyFile], assessor: User) -> None:
    file = bring([row(100)])
    for srid in LIKELY_SRIDS:
        assert state_srid(file=file, srid=srid, by=assessor, at=NOW).srid == srid


def test_the_database_keeps_the_files_own_coordinates(metric: SurveyFile, assessor: User) -> None:
    state_srid(file=metric, srid=3106, by=assessor, at=NOW)
    for value in ("NULL", "ST_SetSRID(ST_MakePoint(1, 1), 0)"):
        with pytest.raises(IntegrityError, match="kept_for_ever"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE holdings_surveyrow SET raw_geom = {value}")
    assert SurveyRow.objects.get().raw_geom is not None
