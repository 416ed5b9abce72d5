"""Debian's QGIS for tests: its own Python, wherever `bin/imis test` has put the packages."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

_SYSTEM = Path("/usr/bin/python3")
_MODULES = "usr/lib/python3/dist-packages"


def _root() -> Path:
    """Under which folder the packages lie: that of the system, or the one they were unpacked into."""
    for root in (Path("/"), Path(os.environ.get("IMIS_SYSROOT") or "/nowhere")):
        if (root / _MODULES / "qgis").is_dir():
            return root
    pytest.fail("No QGIS: `bin/imis test` installs python3-qgis and qgis-providers.")


def python() -> str:
    """The interpreter that QGIS was built for."""
    return str(_SYSTEM if _SYSTEM.exists() else _root() / "usr/bin/python3")


def environment(service_file: Path) -> dict[str, str]:
    """What QGIS needs to run without a screen, and the service file of a planner's desk, which is its home too.

    It keeps what it reads under its home, and reads nothing where it has none.
    """
    kept = {key: os.environ[key] for key in ("PATH", "LANG") if key in os.environ}
    home = {"HOME": str(service_file.parent), "PGSERVICEFILE": str(service_file)}
    ours = {**kept, **home, "QT_QPA_PLATFORM": "offscreen"}
    root = _root()
    if root == Path("/"):
        return ours
    plugins = next(root.glob("usr/lib/*/qt5/plugins"))
    return {
        **ours,
        "LD_LIBRARY_PATH": os.environ.get("LD_LIBRARY_PATH", ""),
        "FONTCONFIG_FILE": os.environ.get("FONTCONFIG_FILE", ""),
        "PYTHONPATH": str(root / _MODULES),
        "QGIS_PREFIX_PATH": str(root / "usr"),
        "QT_PLUGIN_PATH": str(plugins),
        "PROJ_LIB": str(root / "usr/share/proj"),
        "GDAL_DATA": str(root / "usr/share/gdal"),
    }


def run(
    *words: str, environment: dict[str, str], seconds: int = 180, check: bool = False
) -> subprocess.CompletedProcess[str]:
    """Runs a script in that interpreter; CalledProcessError when `check` and it fails."""
    return subprocess.run(
        [python(), *words], capture_output=True, text=True, check=check, env=environment, timeout=seconds
    )
