"""The libraries inside the locked wheels load by the paths we name, before anything else has loaded them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from imis.settings import BASE_DIR


@pytest.mark.parametrize("name", ["gdal_library_path", "geos_library_path"])
def test_a_bundled_library_loads_in_a_fresh_process(name: str) -> None:
    load = f"import ctypes; from imis import gislibs; path = gislibs.{name}(); assert path; ctypes.CDLL(path)"
    done = subprocess.run([sys.executable, "-c", load], cwd=BASE_DIR, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
