"""The screens of files from outside: upload by kind, columns and units, problems, leaving rows out, entering."""

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

from holdings.intake.models import IntakeFile
from holdings.models import Road, Ward
from imis.jobs import work_once
from imis.models import Job
from imis.roles import Role
from tests.holdings.conftest import square
from tests.holdings.intakes_for_tests import lane

pytestmark = pytest.mark.django_db(transaction=True)

ROWS: list[tuple[Any, dict[str, Any]]] = [
    lane(100, "L1", width="2", name="=1+1"),
    lane(200, "L1", width="3", name="twin"),
    lane(300, "L3", width="wide", name="x"),
    (square(400, 100), {"lane_no": "L4", "class": "lane", "width": None, "name": None}),
]


@pytest.fixture(autouse=True)
def uploads_go_to_a_folder_of_the_test(settings: Any, tmp_path: Path, declared: None) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def client(signed_in: Callable[..., Client]) -> Client:
    return signed_in(Role.ASSESSOR)


@pytest.fixture
def upload(client: Client, wards: list[Ward], write: Callable[..., Path], tmp_path: Path) -> Callable[..., Any]:
    write("a.gpkg", ROWS, geometry_type="Unknown")

    def send(name: str = "গলি.gpkg", kind: str = "lanes") -> Any:
        file = SimpleUploadedFile(name, (tmp_path / "a.gpkg").read_bytes())
        return client.post(reverse("intake:files"), {"kind": kind, "file": file, "layer": "", "srid": ""})

    return send


def finished() -> Job:
    job = work_once()
    assert job is not None and job.state == Job.State.DONE, job and job.error
    return job


def brought(upload: Callable[..., Any]) -> IntakeFile:
    upload()
    finished()
    return IntakeFile.objects.get()


def test_from_upload_to_the_apps_table(client: Client, upload: Callable[..., Any]) -> None:
    answer = upload()
    job = finished()
    assert answer.url == reverse("job", args=[job.pk])
    file = IntakeFile.objects.get()
    page = client.get(reverse("intake:file", args=[file.pk]))
    assert "গলি.gpkg" in page.content.decode() and page.context["outcomes"].ready == 2
    columns = reverse("intake:columns", args=[file.pk])
    form = client.get(columns).context["form"]
    assert form["code"].initial == "lane_no" and form["width__unit"].initial == "mm"
    given = {**file.columns, "width__unit": "m", "class": "=main"}
    assert client.post(columns, given).status_code == 302
    finished()
    assert client.post(reverse("intake:apply", args=[file.pk])).status_code == 302
    finished()
    assert sorted(Road.objects.values_list("code", "width_m", "hierarchy")) == [("L1", 2, "main"), ("L3", None, "main")]
    assert client.get(reverse("intake:file", args=[file.pk])).context["outcomes"].applied == 2
    assert "গলি.gpkg" in client.get(reverse("intake:files")).content.decode()


def test_a_kind_of_another_office_is_not_offered(client: Client, upload: Callable[..., Any]) -> None:
    assert upload(kind="drains").status_code == 200 and upload(kind="moon").status_code == 200
    assert not Job.objects.exists()


def test_the_same_file_leads_to_the_first(client: Client, upload: Callable[..., Any]) -> None:
    file = brought(upload)
    assert upload(name="renamed.gpkg").url == reverse("intake:file", args=[file.pk])


def test_a_vrt_in_disguise_fails_with_a_sentence(client: Client, wards: list[Ward]) -> None:
    text = b'<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer>'
    file = SimpleUploadedFile("lanes.geojson", text)
    client.post(reverse("intake:files"), {"kind": "lanes", "file": file})
    job = work_once()
    assert job is not None and job.state == Job.State.FAILED and "root:" not in job.error
    assert not IntakeFile.objects.exists()


def test_problems_with_row_field_and_remedy_in_both_languages(client: Client, upload: Callable[..., Any]) -> None:
    file = brought(upload)
    url = reverse("intake:problems", args=[file.pk])
    client.cookies["django_language"] = "en"
    page = client.get(url, {"code": "duplicate_code"}).content.decode()
    assert "Row 1 has the code “L1” already." in page and "Give each its own code" in page
    assert reverse("intake:row", args=[file.pk, 2]) in page and reverse("intake:row", args=[file.pk, 3]) not in page
    wrong = client.get(url, {"code": "wrong_shape"}).content.decode()
    assert "drawn as an area; this kind of file needs a line" in wrong
    client.cookies["django_language"] = "bn"
    told = client.get(url, {"code": "duplicate_code"}).content.decode()
    # Our own figures are in Bangla; what stands in the file is quoted as it stands there.
    assert "১ নম্বর সারিতে “L1” কোড" in told and "L১" not in told


def test_rows_are_left_out_one_by_one_and_by_kind(client: Client, upload: Callable[..., Any]) -> None:
    file = brought(upload)
    first = reverse("intake:row", args=[file.pk, 1])
    assert "row-shapes" in client.get(first).content.decode()
    assert client.post(first, {"decision": "reject"}).status_code == 302
    assert client.get(first).context["row"].decided_by.username == Role.ASSESSOR
    client.post(reverse("intake:check", args=[file.pk]))
    finished()
    settle = reverse("intake:settle", args=[file.pk])
    assert client.post(settle, {}).status_code == 400
    assert client.post(settle, {"code": "wrong_shape"}).status_code == 302
    client.post(first, {"decision": ""})
    client.post(first, {"decision": "reject"})
    client.post(reverse("intake:apply", args=[file.pk]))
    finished()
    assert dict(Road.objects.values_list("code", "name_en")) == {"L1": "twin", "L3": "x"}
    assert client.get(reverse("intake:file", args=[file.pk])).context["outcomes"].rejected == 2


def test_the_map_and_the_report(client: Client, upload: Callable[..., Any]) -> None:
    file = brought(upload)
    drawn = client.get(reverse("intake:map", args=[file.pk])).json()
    assert {f["properties"]["row"] for f in drawn["problems"]["features"] if f["properties"]["blocking"]} == {2, 4}
    answer = client.get(reverse("intake:report", args=[file.pk, "csv"]))
    table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    book = openpyxl.load_workbook(
        io.BytesIO(client.get(reverse("intake:report", args=[file.pk, "xlsx"])).content), read_only=True
    )
    rows = [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    assert len(table) == len(rows) >= 4 and {row[0] for row in rows[1:]} >= {2, 3, 4}
    book.close()


def test_a_stated_coordinate_system(client: Client, upload: Callable[..., Any]) -> None:
    file = brought(upload)
    assert client.post(reverse("intake:srid", args=[file.pk]), {"srid": "x"}).status_code == 302
    assert client.post(reverse("intake:srid", args=[file.pk]), {"srid": 4326}).status_code == 302
    finished()
    file.refresh_from_db()
    assert file.srid == 4326 and file.state == IntakeFile.State.CHECKED


def test_files_of_other_wards_and_other_kinds_stay_hidden(
    client: Client, upload: Callable[..., Any], signed_in: Callable[..., Client]
) -> None:
    file = brought(upload)
    address = {
        name: reverse(f"intake:{name}", args=[file.pk])
        for name in ("file", "columns", "srid", "check", "apply", "problems", "map", "settle")
    }
    address["row"] = reverse("intake:row", args=[file.pk, 1])
    address["report"] = reverse("intake:report", args=[file.pk, "csv"])
    elsewhere = signed_in(Role.ASSESSOR, wards=[23], username="elsewhere")
    planner = signed_in(Role.PLANNER)
    here = signed_in(Role.ASSESSOR, wards=[21], username="here")
    posts = {"srid", "check", "apply", "settle"}
    for name, url in address.items():
        for stranger in (elsewhere, planner):
            assert (stranger.post if name in posts else stranger.get)(url).status_code == 404, name
        if name not in posts:
            assert here.get(url).status_code == 200, name
