"""Every format is read; every way of making the reader fetch another file, or reach the network, is refused."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import shapely

from holdings.readers import Unreadable, open_survey
from tests.holdings.conftest import square

ROOT = Path(__file__).resolve().parents[2]
SECRET = "root:x:0:0"
VRT = """<OGRVRTDataSource><OGRVRTLayer name="passwd"><SrcDataSource relativeToVRT="0">{source}</SrcDataSource>
<SrcLayer>passwd</SrcLayer><GeometryType>wkbNone</GeometryType></OGRVRTLayer></OGRVRTDataSource>"""


def read(path: Path, name: str = "", **more: Any) -> tuple[Any, list[list[str]]]:
    with open_survey(path, name or path.name, file_id=7, **more) as stream:
        lines = stream.rows.read().decode().splitlines()
        assert stream.finish() == len(lines)
        return stream, [line.split("\t") for line in lines]


def cells(row: list[str]) -> dict[str, Any]:
    return dict(json.loads(row[2].replace("\\\\", "\\")))


ROWS = [
    (square(0, 0), {"bin": "B1", "house_no": "৪ক", "levels": 2}),
    (square(30, 0), {"bin": 'B\\2\t"', "house_no": None}),
]


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson", "a.kml", "a.shp"])
def test_vector_formats(write: Callable[..., Path], name: str) -> None:
    stream, rows = read(write(name, ROWS))
    assert stream.srid == 4326 and stream.spatial
    assert [row[:2] for row in rows] == [["7", "1"], ["7", "2"]]
    first = {key.lower(): value for key, value in cells(rows[0]).items()}
    assert first["bin"] == "B1" and first["house_no"] == "৪ক" and int(first["levels"]) == 2
    shape = shapely.from_wkb(rows[0][3])
    assert shapely.get_srid(shape) == 3857 and shape.area > 100


def test_backslashes_tabs_and_quotes_survive(write: Callable[..., Path]) -> None:
    _, rows = read(write("a.gpkg", ROWS))
    assert cells(rows[1]) == {"bin": 'B\\2\t"'}


def test_what_keeps_the_reader_in_is_named(write: Callable[..., Path]) -> None:
    stream, _ = read(write("a.gpkg", ROWS))
    assert {"limits", "seccomp"} <= set(stream.isolation.split(", "))


def test_zipped_shapefile(write: Callable[..., Path], tmp_path: Path) -> None:
    shp = write("survey.shp", ROWS)
    with zipfile.ZipFile(tmp_path / "s.zip", "w") as archive:
        for part in tmp_path.glob("survey.*"):
            archive.write(part, f"folder/{part.name}")
    _, rows = read(tmp_path / "s.zip")
    assert len(rows) == 2 and shp.exists()


def test_csv_with_wkt_with_coordinates_and_without_place(tmp_path: Path) -> None:
    wkt = tmp_path / "w.csv"
    wkt.write_text(f'\ufeffhouse_no;wkt\n১২/ক;"{square(0, 0).wkt}"\n13;"POLYGON((1 1"\n', encoding="utf-8")
    stream, rows = read(wkt)
    assert stream.srid == 4326 and cells(rows[0]) == {"house_no": "১২/ক"} and rows[0][3] != "\\N"
    assert cells(rows[1])["_broken_geometry"] == "POLYGON((1 1" and rows[1][3] == "\\N"
    lonlat = tmp_path / "p.csv"
    lonlat.write_text("holding,lon,lat\n1,৮৯.৫৫,22.82\n2,x,\n", encoding="utf-8")
    _, rows = read(lonlat)
    assert shapely.from_wkb(rows[0][3]).geom_type == "Point" and rows[1][3] == "\\N"
    plain = tmp_path / "n.csv"
    plain.write_text("holding,ward\n1,22\n\n2,22\n", encoding="utf-8")
    stream, rows = read(plain)
    assert not stream.spatial and stream.srid is None and len(rows) == 2


def test_ewkt_names_its_own_system(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text(f'no,wkt\n1,"SRID=32645;{square(0, 0, crs="utm").wkt}"\n', encoding="utf-8")
    stream, rows = read(path)
    assert stream.srid == 32645 and shapely.from_wkb(rows[0][3]).bounds[0] > 9_000_000


def test_xlsx(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["হোল্ডিং নম্বর", "Longitude", "Latitude", "rent", None])
    book.active.append(["৪ক", 89.55, 22.82, 1200.50])
    book.active.append([None, None, None, None])
    book.save(tmp_path / "s.xlsx")
    _, rows = read(tmp_path / "s.xlsx")
    assert len(rows) == 1 and cells(rows[0])["rent"] == 1200.5 and cells(rows[0])["হোল্ডিং নম্বর"] == "৪ক"


def test_a_file_without_a_system_keeps_its_coordinates(write: Callable[..., Path]) -> None:
    stream, rows = read(write("a.shp", [(square(0, 0, crs="utm"), {"bin": "B"})], crs=None))
    assert stream.srid is None and rows[0][3] == "\\N"
    assert 760_000 <= shapely.from_wkb(rows[0][4]).bounds[0] < 761_000


def test_coordinates_outside_their_system_stay_as_they_are(write: Callable[..., Path]) -> None:
    rows = [(square(0, 0, crs="utm"), {"bin": "B"}), (square(0, 0), {"bin": "C"})]
    _, read_rows = read(write("a.gpkg", rows))
    assert read_rows[0][3] == "\\N" and read_rows[0][4] != "\\N"
    assert read_rows[1][3] != "\\N" and read_rows[1][4] == "\\N"


def refused(path: Path, name: str = "") -> str:
    with pytest.raises(Unreadable) as refusal:
        read(path, name)
    return refusal.value.code


def test_a_vrt_named_geojson_is_refused(tmp_path: Path) -> None:
    for name in ("parcels.geojson", "parcels.kml", "parcels.csv", "parcels.gpkg", "parcels.shp", "parcels.xlsx"):
        path = tmp_path / name
        path.write_text(VRT.format(source="/etc/passwd"), encoding="utf-8")
        assert refused(path) == "not_this_format"


def child(form: str, path: Path) -> subprocess.CompletedProcess[str]:
    """The reading process itself, without the look at the first bytes that stands before it."""
    command = [sys.executable, "-m", "holdings.readers.child", form, str(path), "1", "", ""]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_reading_process_refuses_a_vrt_even_when_it_gets_one(tmp_path: Path, write: Callable[..., Path]) -> None:
    other = write("other.gpkg", ROWS)
    source = VRT.replace("passwd", "other").replace("wkbNone", "wkbPolygon").format(source=other)
    for form, name in (("GeoJSON", "a.geojson"), ("KML", "a.kml"), ("GPKG", "a.gpkg"), ("ESRI Shapefile", "a.shp")):
        path = tmp_path / name
        path.write_text(source, encoding="utf-8")
        done = child(form, path)
        assert done.returncode == 2 and '"not_this_format"' in done.stderr and "B1" not in done.stdout


def test_the_vrt_would_have_worked_outside_the_reading_process(tmp_path: Path, write: Callable[..., Path]) -> None:
    """The attack is real: without the allow-list this very file gives the rows of another file."""
    import pyogrio

    other = write("other.gpkg", ROWS)
    path = tmp_path / "parcels.geojson"
    path.write_text(
        VRT.replace("passwd", "other").replace("wkbNone", "wkbPolygon").format(source=other), encoding="utf-8"
    )
    _, _, _, columns = pyogrio.raw.read(path)
    assert "B1" in columns[0]


@pytest.mark.parametrize(
    "name",
    [
        "/vsicurl/http://127.0.0.1:9/a.geojson",
        "/vsizip/a.zip",
        "/etc/passwd",
        "../../etc/passwd",
        "a.vrt",
        "a",
        "a.pdf",
    ],
)
def test_names_are_never_paths(tmp_path: Path, name: str) -> None:
    path = tmp_path / "upload"
    path.write_text('{"type": "FeatureCollection", "features": []}', encoding="utf-8")
    try:
        _, rows = read(path, name)
    except Unreadable as refusal:
        assert refusal.code in {"unknown_suffix", "not_this_format", "zip_broken"}
    else:
        assert rows == []  # the bytes of the upload, not what the name points at


def test_the_reading_process_cannot_use_network_files_or_programs(tmp_path: Path) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    (tmp_path / "own").mkdir()
    (tmp_path / "other.txt").write_text(SECRET, encoding="utf-8")
    probe = f"""
import os, socket, sys
from pathlib import Path
from holdings.readers.child import _libraries
from holdings.readers.sandbox import confine
home = Path({str(tmp_path / "own")!r})
walls = confine(_libraries(), [home])
def attempt(what):
    try: what(); return "done"
    except OSError as error: return type(error).__name__
print("network", attempt(lambda: socket.create_connection(("127.0.0.1", {port}), 2)))
print("program", attempt(lambda: os.execv("/bin/true", ["true"])))
print("own", attempt(lambda: (home / "x").write_text("x")))
print("large", attempt(lambda: (home / "y").write_bytes(b"0" * (65 * 1024**2))))
print("file", attempt(lambda: open({str(tmp_path / "other.txt")!r}).read()), "landlock" in walls)
"""
    done = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=False)
    listener.close()
    said = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    assert said["network"] == "PermissionError", done.stderr
    assert said["program"] == "PermissionError"
    assert said["own"] == "done" and said["large"] == "OSError"
    assert said["file"] in {"PermissionError True", "done False"}


def zipped(path: Path, members: dict[str, bytes], **more: Any) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = more.get("mode", 0o100644) << 16
            archive.writestr(info, content)
    return path


GEOJSON = b'{"type": "FeatureCollection", "features": []}'


def test_zip_slip_link_bomb_and_crowd_are_refused(tmp_path: Path) -> None:
    assert refused(zipped(tmp_path / "a.zip", {"../a.geojson": GEOJSON})) == "zip_slip"
    assert refused(zipped(tmp_path / "b.zip", {"/a.geojson": GEOJSON})) == "zip_slip"
    assert refused(zipped(tmp_path / "c.zip", {"..\\a.geojson": GEOJSON})) == "zip_slip"
    assert refused(zipped(tmp_path / "d.zip", {"a.geojson": b"/etc/passwd"}, mode=0o120777)) == "zip_link"
    assert refused(zipped(tmp_path / "e.zip", {"a.geojson": b" " * 30 * 1024**2})) == "zip_bomb"
    assert refused(zipped(tmp_path / "f.zip", {f"{n}.geojson": GEOJSON for n in range(201)})) == "zip_many_members"
    assert refused(zipped(tmp_path / "g.zip", {"a.geojson": GEOJSON, "b.gpkg": b""})) == "zip_many_surveys"
    assert refused(zipped(tmp_path / "h.zip", {"readme.md": b"x"})) == "zip_no_survey"
    assert refused(zipped(tmp_path / "i.zip", {"a.geojson": VRT.encode()})) == "not_this_format"
    (tmp_path / "j.zip").write_bytes(b"PK\x03\x04 not a zip")
    assert refused(tmp_path / "j.zip") == "zip_broken"


def test_an_xlsx_bomb_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.xlsx", {"xl/worksheets/sheet1.xml": b" " * 30 * 1024**2})
    assert refused(path) == "zip_bomb"


def test_files_that_break_off_are_refused(write: Callable[..., Path], tmp_path: Path) -> None:
    whole = write("a.gpkg", ROWS * 500).read_bytes()
    (tmp_path / "half.gpkg").write_bytes(whole[: len(whole) // 3])
    assert refused(tmp_path / "half.gpkg") in {"not_this_format", "reader_died"}
    (tmp_path / "half.geojson").write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature"', encoding="utf-8"
    )
    assert refused(tmp_path / "half.geojson") == "not_this_format"
    (tmp_path / "latin.csv").write_bytes("no,name\n1,caf\xe9\n".encode("latin-1"))
    assert refused(tmp_path / "latin.csv") == "not_utf8"
    (tmp_path / "none.csv").write_bytes(b"")
    assert refused(tmp_path / "none.csv") == "empty"


def test_several_layers_must_be_named(write: Callable[..., Path]) -> None:
    path = write("a.gpkg", ROWS, layer="first")
    write("a.gpkg", ROWS[:1], layer="second", append=True)
    with pytest.raises(Unreadable) as refusal:
        read(path)
    assert refusal.value.code == "several_layers" and refusal.value.facts["layers"] == ["first", "second"]
    assert len(read(path, layer="second")[1]) == 1
