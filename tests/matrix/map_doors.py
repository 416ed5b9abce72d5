"""The doors of Django itself: tiles, OGC API Features, and files."""

from __future__ import annotations

import csv
import io
import json
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pyogrio
from django.urls import reverse

from tests.layers.city import tile_at
from tests.matrix.checker import Asker, Door, Opened, Seen, Wanted, wanted
from tests.matrix.expected import LAYERS

_FORMATS = ("csv", "geojson", "gpkg", "shp")
# A dBASE file keeps ten letters of a column's name.
_DBASE = 10
_POSITION = {"longitude", "latitude"}


def body_of(answer: Any) -> bytes:
    """Every byte of an answer."""
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def described(rows: Iterable[dict[str, Any]], but: Iterable[str] = ("id",)) -> dict[str, frozenset[Any]]:
    """The names that rows have, and the wards they lie in."""
    kept = list(rows)
    return {
        "columns": frozenset(name for row in kept for name in row) - frozenset(but),
        "wards": frozenset(int(row["ward"]) for row in kept if row.get("ward") is not None),
    }


def _tiles(asker: Asker) -> Opened:
    browser = asker.browser()

    def ask(layer: str) -> Iterator[Seen]:
        for name, band in LAYERS[layer].bands.items():
            address = reverse("layers:tile", args=[layer, *tile_at(band.zoom)])
            answer = browser.get(address, headers={"accept-encoding": "identity"})
            right = wanted(asker, layer, name)
            seen = Seen(name, answer.status_code, right and Wanted(band.tile, right.wards), body=answer.content)
            if answer.status_code == 200:
                features = mapbox_vector_tile.decode(answer.content)[name]["features"]
                seen = Seen(**{**vars(seen), **described(each["properties"] for each in features)})
            yield seen

    return ask


def _features(asker: Asker) -> Opened:
    browser = asker.browser()
    listed = {each["id"] for each in browser.get(reverse("layers_ogc:collections")).json()["collections"]}

    def ask(layer: str) -> Iterator[Seen]:
        right = wanted(asker, layer, layer)
        yield Seen("list", 200 if layer in listed else 404, right and Wanted())
        answer = browser.get(reverse("layers_ogc:items", args=[layer]), {"limit": "1000"})
        yield (page := _geojson("items", answer, right))
        number = page.facts["ids"][0] if page.facts.get("ids") else 1
        one = browser.get(reverse("layers_ogc:item", args=[layer, number]))
        yield _geojson("item", one, right and Wanted(right.columns))

    return ask


def _geojson(part: str, answer: Any, right: Wanted | None) -> Seen:
    seen = Seen(part, answer.status_code, right, body=body_of(answer))
    if answer.status_code != 200:
        return seen
    document = json.loads(seen.body)
    features = document["features"] if "features" in document else [document]
    found = described(each["properties"] for each in features)
    return Seen(**{**vars(seen), **found, "facts": {"ids": [each["id"] for each in features]}})


def _files(asker: Asker) -> Opened:
    browser = asker.browser()

    def ask(layer: str) -> Iterator[Seen]:
        right = wanted(asker, layer, layer) if asker.office.takes_files else None
        # Whoever may not have a layer is refused before the format is looked at.
        for kind in _FORMATS if right else _FORMATS[:1]:
            answer = browser.post(reverse("layers:export"), {"layer": layer, "format": kind, "ward": "", "bbox": ""})
            body = body_of(answer)
            if answer.status_code != 200:
                yield Seen(kind, answer.status_code, right, body=body)
                continue
            rows, plain = _rows(kind, body)
            short = right and right.columns and frozenset(each[:_DBASE] for each in right.columns)
            fitting = Wanted(short, right.wards) if right and kind == "shp" else right
            yield Seen(kind, 200, fitting, **described(rows, {"id", "fid", *_POSITION}), body=plain)  # type: ignore[arg-type]

    return ask


def _rows(kind: str, body: bytes) -> tuple[list[dict[str, Any]], bytes]:
    """The rows of a file, and its bytes unpacked."""
    if kind == "csv":
        return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig")))), body
    if kind == "geojson":
        return [each["properties"] for each in json.loads(body)["features"]], body
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("taken.zip" if kind == "shp" else "taken.gpkg")
        path.write_bytes(body)
        facts, _ids, _shapes, columns = pyogrio.raw.read(path, read_geometry=False)
        plain = body
        if kind == "shp":
            with zipfile.ZipFile(path) as packed:
                plain = b"".join(packed.read(name) for name in packed.namelist())
    names = [str(name) for name in facts["fields"]]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)], plain


TILE = Door("tile", _tiles, frozenset({403}))
FEATURE = Door("feature", _features, frozenset({404}))
EXPORT = Door("export", _files, frozenset({302, 400, 403}))
