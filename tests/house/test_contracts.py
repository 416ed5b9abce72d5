"""Imports go down the floors; a planted import upward breaks each contract."""

from __future__ import annotations

import ast
import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.house.sources import ROOT, app_files, imported, name, packages, run, tree

_PURE = {"imis.money", "imis.fiscal", "imis.bangla"}
_ABOVE_GROUND = {"ledger", "urls", "api_urls", "wsgi", "management"}
_FORBIDDEN_FILES = {"utils.py", "helpers.py", "common.py", "mixins.py", "signals.py"}


def _lint(folder: Path) -> tuple[int, str]:
    done = run("lint-imports", "--no-cache", "--no-logo", cwd=folder)
    return done.returncode, done.stdout + done.stderr


def _contract_packages() -> list[str]:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return sorted(re.findall(r'"(\w+)"', text.split("root_packages = [", 1)[1].split("]", 1)[0]))


def test_every_package_stands_under_the_contracts() -> None:
    assert _contract_packages() == list(packages())


def test_contracts_are_kept() -> None:
    status, said = _lint(ROOT)
    assert status == 0, said
    assert "0 broken" in said


@pytest.fixture
def copy_of_house(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in packages():
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("static", "locale", "templates")
        )
    return tmp_path


@pytest.mark.parametrize(
    ("room", "line", "contract"),
    [
        ("holdings/models/planted.py", "import tax.models", "Floors"),
        ("imis/ledger/planted.py", "import holdings.models", "Floors"),
        ("tax/models/planted.py", "import tax.urls", "Rooms"),
        ("tax/rules/planted.py", "import django.db", "Rules"),
    ],
)
def test_a_planted_import_breaks_its_contract(copy_of_house: Path, room: str, line: str, contract: str) -> None:
    (copy_of_house / room).write_text(line + "\n", encoding="utf-8")
    status, said = _lint(copy_of_house)
    assert status == 1
    assert any(row.startswith(contract) and row.rstrip().endswith("BROKEN") for row in said.splitlines()), said


def above_the_ground(module: str) -> bool:
    """True for a module that stands higher than the ground floor of imis."""
    top, _, rest = module.partition(".")
    return top in set(packages()) - {"imis"} or (top == "imis" and rest.split(".")[0] in _ABOVE_GROUND)


def test_the_ground_floor_imports_nothing_from_above() -> None:
    ground = [
        path
        for path in app_files()
        if path.relative_to(ROOT).parts[0] == "imis"
        and path.relative_to(ROOT).parts[1].removesuffix(".py") not in _ABOVE_GROUND
    ]
    assert len(ground) > 10
    wrong = {name(path): high for path in ground if (high := {m for m in imported(path) if above_the_ground(m)})}
    assert not wrong
    assert above_the_ground("tax.services") and above_the_ground("imis.ledger.models") and above_the_ground("imis.urls")
    assert not above_the_ground("imis.models") and not above_the_ground("django.db.models")


def foreign_to_rules(path: Path) -> set[str]:
    """Modules that a rules file imports although it may know only stdlib, money, dates, Bangla and other rules."""
    own = ".".join(path.relative_to(ROOT).parts[:-1]).split(".rules")[0] + ".rules"
    return {
        module
        for module in imported(path)
        if module.split(".")[0] not in sys.stdlib_module_names
        and module not in _PURE
        and not f"{module}.".startswith(f"{own}.")
    }


def test_rules_are_pure() -> None:
    wrong = {name(path): foreign_to_rules(path) for path in app_files() if "rules" in path.parts}
    assert len(wrong) > 5
    assert not {path: modules for path, modules in wrong.items() if modules}


def clock_reads(module: ast.Module) -> list[int]:
    """Lines that read the clock: `timezone.now()`, `date.today()`, `datetime.now()`, `time.time()`."""
    readings = {("timezone", "now"), ("datetime", "now"), ("date", "today"), ("time", "time")}
    return [
        node.lineno
        for node in ast.walk(module)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and ((node.func.value.id, node.func.attr) in readings or (node.func.attr == "localdate" and not node.args))
    ]


def _knows_no_clock(path: Path) -> bool:
    inner = {"rules", "services", "models"}
    return bool(inner & {part.removesuffix(".py") for part in path.relative_to(ROOT).parts})


def test_rules_and_services_are_told_the_time() -> None:
    wrong = {name(path): lines for path in app_files() if _knows_no_clock(path) and (lines := clock_reads(tree(path)))}
    assert not wrong, f"pass `at` or `on` in: {wrong}"
    assert clock_reads(ast.parse("from django.utils import timezone\nx = timezone.now()")) == [2]


def test_no_room_without_a_subject() -> None:
    assert not [name(path) for path in app_files() if path.name in _FORBIDDEN_FILES or "common" in path.parts]


def overrides_save(module: ast.Module) -> list[str]:
    """Classes that define save() although a model's write door is a service."""
    return [
        node.name
        for node in ast.walk(module)
        if isinstance(node, ast.ClassDef)
        and any(isinstance(item, ast.FunctionDef) and item.name == "save" for item in node.body)
    ]


def test_no_model_or_form_overrides_save() -> None:
    wrong = {name(path): classes for path in app_files() if (classes := overrides_save(tree(path)))}
    assert not wrong
    assert overrides_save(ast.parse("class A:\n    def save(self): ...")) == ["A"]
