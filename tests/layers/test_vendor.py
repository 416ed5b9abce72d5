"""Vendored front-end files are exactly what the manifest says and what npm's packages hold."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import leaflet
import pytest

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "imis" / "static" / "vendor"
MANIFEST = json.loads((HOME / "manifest.json").read_text(encoding="utf-8"))
PACKAGES: list[dict[str, Any]] = MANIFEST["packages"]
_SOURCE_MAP = re.compile(rb"^//# sourceMappingURL=.*\r?\n?", re.MULTILINE)


def test_every_file_is_in_the_manifest_and_small() -> None:
    listed = {f"{each['folder']}/{name}" for each in PACKAGES for name in each["files"]} | {"manifest.json"}
    present = {str(path.relative_to(HOME)) for path in HOME.rglob("*") if path.is_file()}
    assert present == listed
    assert all((HOME / name).stat().st_size < 1_000_000 for name in present)


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package["folder"])
def test_files_equal_the_manifest(package: dict[str, Any]) -> None:
    for name, facts in package["files"].items():
        found = (HOME / package["folder"] / name).read_bytes()
        assert hashlib.sha256(found).hexdigest() == facts["sha256"], name
    assert any(name.startswith("LICENSE") for name in package["files"])


def test_versions_are_pinned_and_the_lock_names_no_host() -> None:
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]
    text = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    locked = json.loads(text)["packages"]
    assert "://" not in text
    for name, version in wanted.items():
        assert locked[f"node_modules/{name}"]["version"] == version
        assert locked[f"node_modules/{name}"]["integrity"].startswith("sha512-")
    assert {each["package"]: each["version"] for each in PACKAGES}.items() <= wanted.items()


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package["folder"])
def test_files_equal_the_npm_package(package: dict[str, Any]) -> None:
    source = ROOT / "node_modules" / package["package"]
    if not source.is_dir():
        pytest.skip("npm packages are not installed here (npm ci)")
    for name, facts in package["files"].items():
        original = (source / facts["from"]).read_bytes()
        if name.endswith(".js"):
            original = _SOURCE_MAP.sub(b"", original)
        assert (HOME / package["folder"] / name).read_bytes() == original, name


def test_the_leaflet_that_django_leaflet_serves_is_the_pinned_one() -> None:
    served = (Path(leaflet.__file__).parent / "static" / "leaflet" / "leaflet.js").read_bytes()
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]["leaflet"]
    assert f"Leaflet {wanted},".encode() in served[:200]
