"""Documents tell what the code does: settings, commands and decisions are compared with it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from tests.house.sources import ROOT, app_files, files, name, tree

_DOCUMENTS = [*files("docs/*.md"), ROOT / "README.md"]


def settings_read(module: ast.Module) -> set[str]:
    """Names of variables that a module reads by `env.text("NAME", …)` and its siblings."""
    return {
        node.args[0].value
        for node in ast.walk(module)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and str(node.args[0].value).startswith("IMIS_")
        and " " not in str(node.args[0].value)
    }


def test_each_setting_is_described_and_none_is_invented() -> None:
    read = set().union(*(settings_read(tree(path)) for path in app_files()))
    table = (ROOT / "docs/guide/settings.md").read_text(encoding="utf-8")
    described = set(re.findall(r"^\| `(IMIS_[A-Z_]+)`", table, flags=re.MULTILINE))
    door = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "bin").rglob("*") if path.is_file())
    assert len(read) > 10
    assert read - described == set(), "describe these in docs/guide/settings.md"
    assert {item for item in described - read if item not in door} == set(), "nobody reads these"


def door_commands() -> set[str]:
    """Commands that bin/imis knows."""
    return set(
        re.findall(r"^command_([a-z]+)\(\)", (ROOT / "bin/imis").read_text(encoding="utf-8"), flags=re.MULTILINE)
    )


@pytest.mark.parametrize("document", _DOCUMENTS, ids=name)
def test_commands_in_documents_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    named = set(re.findall(r"bin/imis +([a-z]+)", text))
    assert named <= door_commands() | {"help"}
    assert set(re.findall(r"(?:bin/imis manage|manage\.py) +([a-z_]+)", text)) <= set(get_commands())


def dead_links(document: Path) -> list[str]:
    """Relative links of a Markdown document that lead nowhere."""
    text = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    return [link for link in links if link and not (document.parent / link).exists()]


@pytest.mark.parametrize("document", _DOCUMENTS, ids=name)
def test_links_lead_somewhere(document: Path) -> None:
    assert not dead_links(document)


def test_a_dead_link_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("[x](b.md) and [y](a.md#z)", encoding="utf-8")
    assert dead_links(tmp_path / "a.md") == ["b.md"]


def test_decisions_are_numbered_without_holes_and_say_why() -> None:
    records = files("docs/adr/*.md")
    assert [int(path.name[:4]) for path in records] == list(range(1, len(records) + 1))
    for path in records:
        text = path.read_text(encoding="utf-8")
        assert text.startswith("# ") and re.search(r"^## ", text, flags=re.MULTILINE), path.name
        assert len(text.splitlines()) <= 80, f"{path.name} is longer than a page"


def test_no_file_names_a_place_outside_the_project() -> None:
    texts = files("*.md", "*.py", "*.toml", "*.sql", "*.html", "*.mjs", "bin/*", ".ci/run")
    outside = re.compile("/" + r"work/(?:main|shared|roots|venv|local)")
    assert not [name(path) for path in texts if outside.search(path.read_text(encoding="utf-8"))]
