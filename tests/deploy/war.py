"""The GeoServer that somebody brings for the trial: a war, or the folder of an unpacked one, which is packed again."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from tests.deploy.hosts import WORK


def packed(brought: Path) -> Path:
    """The war of a path. Raises ValueError when it is none."""
    if brought.is_dir():
        if not (brought / "WEB-INF" / "web.xml").is_file():
            raise ValueError(f"{brought} is no web application: it has no WEB-INF/web.xml")
        return _packed_again(brought)
    if not zipfile.is_zipfile(brought):
        raise ValueError(f"{brought} is neither a war nor a folder with an unpacked one")
    return brought


def _packed_again(folder: Path) -> Path:
    """One archive below `.local/deploy`, without the data directory that an unpacked GeoServer may have grown."""
    WORK.mkdir(parents=True, exist_ok=True)
    done = WORK / "geoserver.war"
    draft = done.with_suffix(".new")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder)
            if path.is_file() and inside.parts[0] != "data" and not inside.name.startswith("."):
                archive.write(path, inside)
    draft.replace(done)
    return done


def version(war: Path) -> str:
    """What its manifest says."""
    with zipfile.ZipFile(war) as archive:
        manifest = archive.read("META-INF/MANIFEST.MF").decode("utf-8", "replace")
    found = re.search(r"^(?:Project|Implementation)-Version: *(\S+)", manifest, flags=re.MULTILINE)
    return found.group(1) if found else "without a version"
