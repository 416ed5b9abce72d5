"""Unpacks a zipped survey into a private directory, refusing slip, links and bombs."""

from __future__ import annotations

import shutil
import stat
import zipfile
from pathlib import Path, PurePosixPath

from holdings.readers.formats import FORMATS, Format

MOST_MEMBERS = 200
MOST_BYTES = 2 * 1024**3
# Shapefile tables of repeated text compress a few hundredfold in life; a bomb a thousandfold and more.
MOST_RATIO = 500
RATIO_MATTERS_ABOVE = 10 * 1024**2


class BadArchive(ValueError):
    """The archive is unsafe or holds no survey; `code` names why (holdings.messages)."""

    def __init__(self, code: str, member: str = "") -> None:
        super().__init__(f"{code} {member}".strip())
        self.code = code
        self.member = member


def check_members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The members of an archive that is safe to unpack; raises BadArchive otherwise."""
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise BadArchive("zip_many_members")
    for member in members:
        name = PurePosixPath(member.filename.replace("\\", "/"))
        if name.is_absolute() or ".." in name.parts or "\x00" in member.filename or ":" in member.filename:
            raise BadArchive("zip_slip", member.filename)
        kind = stat.S_IFMT(member.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise BadArchive("zip_link", member.filename)
        if member.flag_bits & 1:
            raise BadArchive("zip_encrypted", member.filename)
        if member.file_size > max(RATIO_MATTERS_ABOVE, member.compress_size * MOST_RATIO):
            raise BadArchive("zip_bomb", member.filename)
    if sum(member.file_size for member in members) > MOST_BYTES:
        raise BadArchive("zip_bomb")
    return members


def unpack(path: Path, into: Path) -> tuple[Path, Format]:
    """Unpacks the one survey of an archive as `survey.<suffix>` with its companions; raises BadArchive."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _unpack(archive, into)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError) as error:
        raise BadArchive("zip_broken") from error


def _unpack(archive: zipfile.ZipFile, into: Path) -> tuple[Path, Format]:
    members = [m for m in check_members(archive) if not m.is_dir() and not _junk(m.filename)]
    surveys = [
        (member, form)
        for member in members
        for form in FORMATS
        if PurePosixPath(member.filename).suffix.lower() in form.suffixes and form.name != "CSV"
    ]
    if len(surveys) != 1:
        raise BadArchive("zip_no_survey" if not surveys else "zip_many_surveys")
    chosen, form = surveys[0]
    stem = PurePosixPath(chosen.filename).with_suffix("")
    for member in members:
        name = PurePosixPath(member.filename)
        if member is chosen or (name.with_suffix("") == stem and name.suffix.lower() in form.companions):
            _extract(archive, member, into / f"survey{name.suffix.lower()}")
    return into / f"survey{PurePosixPath(chosen.filename).suffix.lower()}", form


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    # The declared size may lie: never write more than it says.
    with archive.open(member) as source, target.open("xb") as sink:
        shutil.copyfileobj(source, sink)
    if target.stat().st_size > member.file_size:  # pragma: no cover - zipfile itself stops there
        raise BadArchive("zip_bomb", member.filename)


def _junk(name: str) -> bool:
    return name.startswith("__MACOSX/") or PurePosixPath(name).name.startswith("._")
