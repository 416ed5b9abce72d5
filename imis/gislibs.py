"""Finds GDAL and GEOS inside the locked wheels, so that one GDAL serves everything.

GeoDjango warns below GDAL 3.9 and Debian 12 has 3.6; the wheels of pyogrio and shapely
carry newer ones (operations.md, One door).
"""

from __future__ import annotations

import ctypes
from importlib.util import find_spec
from pathlib import Path


def _bundled(package: str, folder: str, pattern: str) -> str | None:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        return None
    libs = Path(spec.origin).parent.parent / folder
    found = sorted(libs.glob(pattern))
    return str(found[0]) if found else None


def gdal_library_path() -> str | None:
    """Path of pyogrio's libgdal, or None to let Django look for the system's."""
    return _bundled("pyogrio", "pyogrio.libs", "libgdal*.so*")


def geos_library_path() -> str | None:
    """Path of shapely's libgeos_c, or None to let Django look for the system's.

    The libgeos beside it is loaded first: the wheels for Python 3.10 do not tell libgeos_c where it lies.
    """
    beside = _bundled("shapely", "shapely.libs", "libgeos-*.so*")
    if beside is not None:
        ctypes.CDLL(beside)
    return _bundled("shapely", "shapely.libs", "libgeos_c*.so*")
