"""Locks pin everything that is imported, with hashes and without any registry's address."""

from __future__ import annotations

import re
import sys
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.house.sources import ROOT, app_files, files, imported, name, packages, python_files

_LOCKS = [*sorted((ROOT / "requirements").glob("*.txt")), *files("package-lock.json"), *files("uv.lock")]
# QGIS comes with its own Python from Debian; no registry has it. Scripts that run in it import their neighbour.
_OWN = {"tests", "benchmarks", "demo", "manage", "qgis", "qgis_canvas"}


def normalised(distribution: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def locked(lock: str) -> set[str]:
    """Distributions pinned in one lock."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    return {normalised(line.split("==")[0]) for line in text.splitlines() if "==" in line and not line.startswith(" ")}


@pytest.mark.parametrize("lock", _LOCKS, ids=name)
def test_a_lock_names_no_address(lock: Path) -> None:
    assert "://" not in lock.read_text(encoding="utf-8")


@pytest.mark.parametrize("lock", ["runtime", "test", "bench", "uv"])
def test_every_pin_has_a_hash(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    pins = re.split(r"\n(?=\S)", text.strip())
    assert len(pins) == len([pin for pin in pins if "==" in pin and "--hash=sha256:" in pin])


def test_locks_contain_one_another() -> None:
    assert locked("runtime") <= locked("test") <= locked("bench")


@cache
def distributions_of(module: str) -> frozenset[str]:
    """Distributions that bring a top module; empty when none is installed."""
    # Python 3.10 sees no module that is one file of machine code.
    alone = {"zxingcpp": ["zxing-cpp"]}
    return frozenset(normalised(item) for item in packages_distributions().get(module, alone.get(module, [])))


def unlocked(paths: list[Path], lock: str) -> dict[str, set[str]]:
    """Modules imported from outside that no pin of the lock brings."""
    own, pins = {*packages(), *_OWN}, locked(lock)
    wrong: dict[str, set[str]] = {}
    for path in paths:
        tops = {module.split(".")[0] for module in imported(path)} - own - sys.stdlib_module_names
        if missing := {top for top in tops if not (distributions_of(top) or {normalised(top)}) & pins}:
            wrong[name(path)] = missing
    return wrong


def test_every_runtime_import_is_locked() -> None:
    assert not unlocked(app_files(), "runtime")


def test_every_test_import_is_locked() -> None:
    assert not unlocked([path for path in python_files() if "benchmarks" not in path.parts], "test")
    assert not unlocked([path for path in python_files() if "benchmarks" in path.parts], "bench")


def test_an_unlocked_import_is_found(tmp_path: Path) -> None:
    assert distributions_of("surely_not_installed") == frozenset()
    assert distributions_of("pytest") & locked("test") and not distributions_of("pytest") & locked("runtime")


def test_every_direct_dependency_is_pinned() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = text.split("dependencies = [", 1)[1].split("]", 1)[0]
    wanted = {normalised(re.split(r"[~<>=!\[]", item)[0]) for item in re.findall(r'"([^"]+)"', block)}
    assert len(wanted) > 10 and wanted <= locked("runtime")
