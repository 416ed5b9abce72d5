"""A survey from file to register: what is right is entered, nothing happens twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from holdings.models import Building, Holding, Owner, Ownership, SurveyFile, SurveyRow, Unit, Ward
from holdings.queries import Outcomes
from holdings.services import (
    AlreadyStaged,
    apply_survey,
    check_survey,
    map_columns,
    stage_survey,
)
from imis.errors import BadInput, NotAllowed, Refused
from imis.models import AuditRow, User
from imis.roles import Role
from tests.holdings.bringing import counts, named, row
from tests.holdings.conftest import NOW


def test_a_clean_file_goes_into_the_register(bring: Callable[..., SurveyFile]) -> None:
    file = bring(
        [
            row(100, bin="B1", house_no="৪ক", street="আহসান আহমেদ রোড", levels=2, structure="পাকা", use="আবাসিক"),
            row(1100, bin="B2", house_no="12/ক", street="R2", levels="৩", structure="tin", use="shop"),
        ],
        apply=True,
    )
    assert named(file) == {1: {"unknown_road"}, 2: {"unknown_road"}}
    assert counts(file) == Outcomes(2, 2, 0, 0, 0)
    first = Holding.objects.get(number_key="4ক")
    assert (first.ward_id, first.number_written, first.code) == (21, "৪ক", "21-001-0004-00")
    assert first.road is not None and first.road.name_bn == "আহসান আহমেদ রোড"
    building = first.buildings.get()
    assert (building.bin, building.storeys, building.structure, building.use) == ("B1", 2, "pucca", "residential")
    assert float(building.area_m2) == pytest.approx(100, rel=0.005)
    assert first.survey_row is not None and (first.survey_row.file_id, first.survey_row.number) == (file.pk, 1)
    second = Building.objects.get(bin="B2")
    assert (second.storeys, second.structure, second.use, second.ward_id) == (3, "tin_shed", "commercial", 22)


def test_area_is_measured_in_the_metric_system_of_the_city(bring: Callable[..., SurveyFile]) -> None:
    bring([row(100, side=20, bin="B1")], apply=True)
    building = Building.objects.get()
    metric = building.geom.transform(settings.CITY_METRIC_SRID, clone=True)
    assert float(building.area_m2) == pytest.approx(metric.area, abs=0.01)
    assert building.geom.area > metric.area * 1.15  # what 3857 would have said


def test_the_same_bytes_are_staged_once(bring: Callable[..., SurveyFile], assessor: User, tmp_path: Path) -> None:
    file = bring([row(100, bin="B1")])
    copy = tmp_path / "renamed.gpkg"
    copy.write_bytes((tmp_path / "survey-1.gpkg").read_bytes())
    with pytest.raises(AlreadyStaged) as again:
        stage_survey(path=copy, name=copy.name, by=assessor, at=NOW)
    assert again.value.file == file and SurveyRow.objects.count() == 1


def test_an_unreadable_file_leaves_nothing(wards: list[Ward], assessor: User, tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text("<OGRVRTDataSource/>", encoding="utf-8")
    with pytest.raises(BadInput) as refusal:
        stage_survey(path=path, name=path.name, by=assessor, at=NOW)
    assert refusal.value.remedy and not SurveyFile.objects.exists() and not AuditRow.objects.exists()


def test_owners_and_units_come_when_the_file_carries_them(bring: Callable[..., SurveyFile]) -> None:
    cells = {"use": "residential", "structure": "pucca", "occupancy": "owner", "levels": 2}
    bring(
        [
            row(100, house_no="1", owner="মোঃ রহিম", father="করিম", mobile="+880 1711-123456", **cells),
            row(200, house_no="2", owner="মোঃ রহিম", father="করিম", mobile="০১৭১১১২৩৪৫৬", **cells),
            row(300, house_no="3", owner="সালমা", **cells),
        ],
        columns={"area_sqft": "=footprint"},
        apply=True,
    )
    assert Owner.objects.count() == 2
    assert set(Ownership.objects.values_list("share", flat=True)) == {1} and Ownership.objects.count() == 3
    assert Owner.objects.get(name_bn="মোঃ রহিম").mobile == "01711123456"
    units = Unit.objects.filter(holding__number_key="1").order_by("storey")
    assert [unit.storey for unit in units] == [0, 1]
    assert float(units[0].area_sqft) == pytest.approx(1076.4, rel=0.005)
    assert units[0].valid.lower.isoformat() == "2026-07-01"


def test_rows_are_evidence(bring: Callable[..., SurveyFile]) -> None:
    file = bring([row(100, bin="B1")])
    for sql in (
        "UPDATE holdings_surveyrow SET raw = '{}'",
        "UPDATE holdings_surveyrow SET number = 9",
        "DELETE FROM holdings_surveyrow",
        "DELETE FROM holdings_surveyfile",
    ):
        with pytest.raises(IntegrityError, match="kept_for_ever"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert file.rows.get().raw["bin"] == "B1"


def test_every_act_leaves_one_audit_row_without_personal_data(bring: Callable[..., SurveyFile], assessor: User) -> None:
    file = bring([row(100, bin="B1", house_no="1", owner="রহিম", mobile="01711123456")], apply=True)
    rows = AuditRow.objects.filter(object_type="survey_file", object_id=str(file.pk))
    assert [r.action for r in rows.order_by("pk")] == ["stage_survey", "check_survey", "apply_survey"]
    assert "রহিম" not in str(list(rows.values())) and "01711123456" not in str(list(rows.values()))


def test_a_scoped_person_applies_only_their_wards(
    bring: Callable[..., SurveyFile], person: Callable[..., User]
) -> None:
    file = bring([row(100, bin="B1"), row(1100, bin="B2")])
    scoped = person(Role.ASSESSOR, wards=[21], username="scoped")
    with pytest.raises(NotAllowed):
        apply_survey(file=file, by=scoped, at=NOW)
    assert not Building.objects.exists()


def test_columns_may_be_chosen_but_not_invented(bring: Callable[..., SurveyFile], assessor: User) -> None:
    file = bring([row(100, bin="B1", kind="দোকান")])
    for columns in ({"use": "none"}, {"moon": "kind"}, {"use": "=moon base"}):
        with pytest.raises(BadInput):
            map_columns(file=file, columns=columns, by=assessor, at=NOW)
    map_columns(file=file, columns={**file.columns, "use": "kind", "structure": "=pucca"}, by=assessor, at=NOW)
    file.refresh_from_db()
    check_survey(file=file, by=assessor, at=NOW)
    apply_survey(file=file, by=assessor, at=NOW)
    building = Building.objects.get()
    assert (building.use, building.structure) == ("commercial", "pucca")


def test_blank_cells_beside_a_column_get_the_stated_value(bring: Callable[..., SurveyFile], assessor: User) -> None:
    file = bring(
        [
            row(100, bin="B1", house_no="1", kind="দোকান", levels=3, use_of="own"),
            row(200, bin="B2", house_no="2", kind=" ", levels=None, use_of=None),
            row(300, bin="B3", house_no="3", kind="castle", levels="many", use_of="let"),
        ]
    )
    columns = {**file.columns, "use": "kind", "occupancy": "use_of", "structure": "=pucca", "area_sqft": "=footprint"}
    blanks = {"use": "residential", "storeys": "২", "occupancy": "vacant"}
    map_columns(file=file, columns=columns, blanks=blanks, by=assessor, at=NOW)
    check_survey(file=file, by=assessor, at=NOW)
    assert named(file) == {3: {"unknown_word", "bad_number"}}  # what is written wrong is not blank
    apply_survey(file=file, by=assessor, at=NOW)
    assert list(Building.objects.order_by("bin").values_list("use", "storeys")) == [
        ("commercial", 3),
        ("residential", 2),
        ("", None),
    ]
    assert set(Unit.objects.values_list("holding__number_key", "storey", "occupancy")) == {
        *(("1", storey, "owner") for storey in range(3)),
        *(("2", storey, "vacant") for storey in range(2)),
    }
    assert "kind" not in file.rows.get(number=2).raw or not file.rows.get(number=2).raw["kind"].strip()
    assert AuditRow.objects.get(action="map_survey_columns").details["blanks"] == blanks


def test_not_everything_may_stand_for_blank_cells(bring: Callable[..., SurveyFile], assessor: User) -> None:
    file = bring([row(100, bin="B1", house_no="1", kind="shop", owner="রহিম", mobile="01711123456")])
    columns = {**file.columns, "use": "kind"}
    for blanks in (
        {"use": "castle"},
        {"ward": "0"},
        {"ward": "২২ক"},
        {"number": "1"},
        {"owner_bn": "রহিম"},
        {"mobile": "01711123456"},
        {"structure": "pucca"},  # has no column
        {"moon": "1"},
    ):
        with pytest.raises(BadInput):
            map_columns(file=file, columns=columns, blanks=blanks, by=assessor, at=NOW)
    file.refresh_from_db()
    assert file.blanks == {}
    map_columns(file=file, columns=columns, blanks={"use": "shop", "ward": "22"}, by=assessor, at=NOW)
    map_columns(file=file, columns=columns, by=assessor, at=NOW)
    file.refresh_from_db()
    assert file.blanks == {}


@pytest.mark.django_db(transaction=True)
def test_without_wards_nothing_is_checked(assessor: User, write: Callable[..., Path]) -> None:
    path = write("a.gpkg", [row(100, bin="B1")])
    file = stage_survey(path=path, name=path.name, by=assessor, at=NOW)
    with pytest.raises(Refused):
        check_survey(file=file, by=assessor, at=NOW)
