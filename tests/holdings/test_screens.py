"""The survey screens: upload, progress, columns, problems, decisions, report, application."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from holdings.models import Building, Holding, SurveyFile, Ward
from holdings.views import problems as problem_views
from holdings.views import register as register_views
from holdings.views import surveys as survey_views
from imis.jobs import work_once
from imis.models import Job
from imis.roles import Permission, Role
from tests.holdings.conftest import bow_tie, square

pytestmark = pytest.mark.django_db(transaction=True)

ROWS: list[tuple[Any, dict[str, Any]]] = [
    (square(100, 100), {"bin": "B1", "ward_no": 21, "house_no": "1", "note": "=1+1"}),
    (bow_tie(200, 100), {"bin": "B2", "ward_no": 21, "house_no": "2", "note": None}),
    (square(300, 100), {"bin": "B3", "ward_no": 22, "house_no": "৩", "note": None}),
    (square(400, 100), {"bin": "B4", "ward_no": 21, "house_no": "1", "note": None}),
    (square(500, 100), {"bin": "B5", "ward_no": 21, "house_no": "5", "note": None}),
]


@pytest.fixture(autouse=True)
def uploads_go_to_a_folder_of_the_test(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def client(signed_in: Callable[..., Client]) -> Client:
    return signed_in(Role.ASSESSOR)


@pytest.fixture
def upload(client: Client, wards: list[Ward], write: Callable[..., Path], tmp_path: Path) -> Callable[..., Any]:
    def send(rows: list[Any] | None = None, name: str = "জরিপ ২২.gpkg") -> Any:
        # A GeoPackage carries the time of its writing: the same survey written twice is another file.
        path = tmp_path / "a.gpkg"
        if rows or not path.exists():
            write("a.gpkg", rows or ROWS)
        upload = SimpleUploadedFile(name, path.read_bytes())
        return client.post(reverse("holdings:surveys"), {"file": upload, "layer": "", "srid": ""})

    return send


def finished() -> Job:
    job = work_once()
    assert job is not None and job.state == Job.State.DONE, job and job.error
    return job


def test_from_upload_to_register(client: Client, upload: Callable[..., Any]) -> None:
    answer = upload()
    job = finished()
    assert answer.url == reverse("job", args=[job.pk]) and (job.steps_done, job.steps_total) == (2, 2)
    file = SurveyFile.objects.get()
    page = client.get(reverse("holdings:survey", args=[file.pk]))
    assert page.status_code == 200 and "জরিপ ২২.gpkg" in page.content.decode()
    assert page.context["outcomes"].ready == 2 and page.context["outcomes"].undecided == 3
    assert client.post(reverse("holdings:survey_apply", args=[file.pk])).status_code == 302
    finished()
    assert set(Building.objects.values_list("bin", flat=True)) == {"B1", "B5"}
    found = Holding.objects.get(number_key="1")
    assert client.get(reverse("holdings:detail", args=[found.pk])).status_code == 200


def test_the_same_file_leads_to_the_first(client: Client, upload: Callable[..., Any]) -> None:
    upload()
    finished()
    again = upload(name="renamed.gpkg")
    file = SurveyFile.objects.get()
    assert again.url == reverse("holdings:survey", args=[file.pk]) and not Job.objects.filter(state="waiting").exists()
    assert "জরিপ ২২.gpkg" in client.get(again.url).content.decode()


def test_a_vrt_in_disguise_fails_with_a_sentence(client: Client, wards: list[Ward]) -> None:
    layer = b'<OGRVRTLayer name="a"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer>'
    text = b"<OGRVRTDataSource>" + layer + b"</OGRVRTDataSource>"
    client.post(reverse("holdings:surveys"), {"file": SimpleUploadedFile("parcels.geojson", text)})
    job = work_once()
    assert job is not None and job.state == Job.State.FAILED and "root:" not in job.error
    assert not SurveyFile.objects.exists()


def test_problems_by_kind_with_row_field_and_remedy(client: Client, upload: Callable[..., Any]) -> None:
    upload()
    finished()
    file = SurveyFile.objects.get()
    url = reverse("holdings:survey_problems", args=[file.pk])
    client.cookies["django_language"] = "en"
    page = client.get(url, {"code": "ward_mismatch"}).content.decode()
    assert (
        "The row says ward 22, but the building stands in ward 21." in page and "Choose the ward it belongs to." in page
    )
    assert reverse("holdings:survey_row", args=[file.pk, 3]) in page
    assert reverse("holdings:survey_row", args=[file.pk, 2]) not in page
    client.cookies["django_language"] = "bn"
    assert "২২" in client.get(url, {"code": "ward_mismatch"}).content.decode()
    assert client.get(url).status_code == 200
    assert client.get(url, {"code": "moon"}).status_code == 404


def test_a_person_settles_rows_one_by_one_and_by_kind(client: Client, upload: Callable[..., Any]) -> None:
    upload()
    finished()
    file = SurveyFile.objects.get()

    def page(number: int) -> str:
        return reverse("holdings:survey_row", args=[file.pk, number])

    assert "row-shapes" in client.get(page(2)).content.decode()
    assert client.post(page(2), {"decision": "new"}).status_code == 302
    assert client.post(page(3), {"decision": "new", "ward": 21}).status_code == 302
    refused = client.post(page(4), {"decision": "new"})
    assert refused.status_code == 200 and refused.context["form"].errors
    settle = reverse("holdings:survey_settle", args=[file.pk])
    assert client.post(settle, {"code": "ward_mismatch", "decision": "new"}).status_code == 400
    assert client.post(settle, {"code": "duplicate_number", "decision": "further"}).status_code == 302
    client.post(reverse("holdings:survey_apply", args=[file.pk]))
    finished()
    assert Building.objects.count() == 5 and Holding.objects.get(number_key="1").buildings.count() == 2
    assert Building.objects.get(bin="B3").ward_id == 21
    assert client.get(page(2)).context["row"].decided_by.username == Role.ASSESSOR


def test_columns_are_edited_and_the_file_checked_again(client: Client, upload: Callable[..., Any]) -> None:
    upload()
    finished()
    file = SurveyFile.objects.get()
    url = reverse("holdings:survey_columns", args=[file.pk])
    assert client.get(url).context["form"]["number"].initial == "house_no"
    form = {**file.columns, "number": "", "old_number": "house_no", "use": "=residential", "blank_ward": "21"}
    wrong = client.post(url, {**form, "blank_ward": "west"})
    assert wrong.status_code == 200 and "west" in str(wrong.context["form"].non_field_errors())
    assert client.post(url, form).status_code == 302
    file.refresh_from_db()
    assert file.blanks == {"ward": "21"}
    assert client.get(url).context["form"]["blank_ward"].initial == "21"
    assert file.columns == {"bin": "bin", "ward": "ward_no", "old_number": "house_no", "use": "=residential"}
    finished()
    page = client.get(reverse("holdings:survey", args=[file.pk]))
    assert {row["count"].code: row["count"].rows for row in page.context["counts"]}["missing_number"] == 5


def test_the_map_of_problem_rows(client: Client, upload: Callable[..., Any]) -> None:
    upload()
    finished()
    file = SurveyFile.objects.get()
    url = reverse("holdings:survey_map", args=[file.pk])
    drawn = client.get(url).json()
    assert {f["properties"]["row"] for f in drawn["problems"]["features"] if f["properties"]["blocking"]} == {2, 3, 4}
    assert len(drawn["wards"]["features"]) == 3
    lon, lat = drawn["problems"]["features"][0]["geometry"]["coordinates"][0][0][0]
    assert 89 < lon < 90 and 22 < lat < 23
    only = client.get(url, {"code": "invalid_ring"}).json()
    assert [f["properties"]["row"] for f in only["problems"]["features"]] == [2]


def test_the_report_is_whole_in_both_forms(client: Client, upload: Callable[..., Any]) -> None:
    rows = [*ROWS, (square(600, 100), {"bin": "B6", "ward_no": 21, "house_no": "6", "street": "=HYPERLINK(1)"})]
    upload(rows)
    finished()
    file = SurveyFile.objects.get()
    answer = client.get(reverse("holdings:survey_report", args=[file.pk, "csv"]))
    assert answer.content.startswith(b"\xef\xbb\xbf")
    table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(
        io.BytesIO(client.get(reverse("holdings:survey_report", args=[file.pk, "xlsx"])).content)
    )
    lines = [[str(cell.value or "") for cell in line] for line in sheet.active.iter_rows()]
    assert lines == table and len(table) - 1 == sum(
        row["count"].rows for row in client.get(reverse("holdings:survey", args=[file.pk])).context["counts"]
    )
    assert ["6", "'=HYPERLINK(1)"] in [[line[0], line[4]] for line in table]


def test_only_those_who_import_see_surveys(
    signed_in: Callable[..., Client], client: Client, upload: Callable[..., Any]
) -> None:
    upload()
    finished()
    file = SurveyFile.objects.get()
    cashier = signed_in(Role.CASHIER)
    for name, arguments in (
        ("surveys", []),
        ("survey", [file.pk]),
        ("survey_columns", [file.pk]),
        ("survey_problems", [file.pk]),
        ("survey_map", [file.pk]),
        ("survey_row", [file.pk, 1]),
        ("survey_report", [file.pk, "csv"]),
    ):
        assert cashier.get(reverse(f"holdings:{name}", args=arguments)).status_code == 403, name
        assert client.get(reverse(f"holdings:{name}", args=arguments)).status_code == 200, name
        assert Client().get(reverse(f"holdings:{name}", args=arguments)).status_code == 302, name
    for name in ("survey_apply", "survey_check", "survey_srid", "survey_settle"):
        assert cashier.post(reverse(f"holdings:{name}", args=[file.pk])).status_code == 403
        assert client.get(reverse(f"holdings:{name}", args=[file.pk])).status_code == 405


def test_every_view_names_its_permission() -> None:
    views = [
        getattr(module, name)
        for module in (survey_views, problem_views, register_views)
        for name in (
            "surveys",
            "survey",
            "columns",
            "srid",
            "check",
            "apply",
            "table",
            "row",
            "settle",
            "on_map",
            "report",
            "register",
            "search",
            "detail",
            "panel",
        )
        if name in vars(module) and callable(getattr(module, name))
    ]
    assert len(views) == 15 and all(isinstance(view.imis_permission, Permission) for view in views)


def test_an_upload_that_is_too_large_is_refused(
    client: Client, wards: list[Ward], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdings.services.survey_stage.MOST_UPLOAD_BYTES", 10)
    page = client.post(reverse("holdings:surveys"), {"file": SimpleUploadedFile("a.csv", b"no,ward\n1,21\n2,21\n")})
    assert page.status_code == 200 and page.context["form"].errors["file"] and not Job.objects.exists()
