"""What can be said of an upgrade and of a brought GeoServer without hosts: the order of the steps, and the war."""

from __future__ import annotations

import ast
import re
import zipfile
from pathlib import Path

import pytest
import yaml

from tests.deploy import upgrade, war
from tests.house.sources import ROOT


def steps() -> tuple[list[str], list[str], list[str]]:
    """Names of the steps before a release changes, while it changes, and when that failed."""
    tasks = yaml.safe_load((ROOT / "deploy/roles/application/tasks/release.yml").read_text(encoding="utf-8"))
    change = next(task for task in tasks if "block" in task)
    names = [
        [task["name"] for task in part] for part in (tasks[: tasks.index(change)], change["block"], change["rescue"])
    ]
    return names[0], names[1], names[2]


def test_a_backup_is_taken_while_pages_answer_and_the_moment_named_when_they_do_not() -> None:
    before, during, _failed = steps()
    assert any(name.startswith("Back up") for name in before)
    order = [during.index(name) for name in ("Stop", "Name this moment, to come back to", "Tables, rights, views")]
    assert order == sorted(order) and during[-2:] == ["This release it is", "It answers"]


def test_whatever_is_stopped_is_started_again_when_a_release_fails() -> None:
    tasks = yaml.safe_load((ROOT / "deploy/roles/application/tasks/release.yml").read_text(encoding="utf-8"))
    change = next(task for task in tasks if "block" in task)
    stopped = {unit for task in change["block"] if task["name"] == "Stop" for unit in task["loop"]}
    started = {unit for task in change["rescue"] for unit in task.get("loop", [])}
    assert stopped and stopped < started
    assert steps()[2][-1] == "Say so"


def test_units_are_written_only_for_a_release_that_stands() -> None:
    names = re.findall(r"^- name: (.+)$", (ROOT / "deploy/roles/application/tasks/main.yml").read_text(), re.MULTILINE)
    assert names.index("Bring the database and the pages to this release") < names.index("Units")


@pytest.mark.parametrize("sql", [upgrade.GOOD, upgrade.BAD])
def test_the_trial_s_migration_can_be_read(sql: str) -> None:
    ast.parse(upgrade.MIGRATION.format(last="0001_initial", sql=sql))


def unpacked(folder: Path) -> Path:
    """An unpacked web application that has run."""
    for name, text in (
        ("WEB-INF/web.xml", "<web-app/>"),
        ("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\r\nProject-Version: 2.26.2\r\n"),
        ("data/security/masterpw.digest", "secret"),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_an_unpacked_application_becomes_a_war(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(war, "WORK", tmp_path / "work")
    packed = war.packed(unpacked(tmp_path / "geoserver"))
    with zipfile.ZipFile(packed) as archive:
        assert archive.namelist() == ["META-INF/MANIFEST.MF", "WEB-INF/web.xml"], "nobody's data goes along"
    assert war.version(packed) == "2.26.2"
    assert war.packed(packed) == packed


def test_what_is_no_war_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no web application"):
        war.packed(tmp_path)
    (tmp_path / "geoserver.war").write_text("no archive", encoding="utf-8")
    with pytest.raises(ValueError, match="neither a war nor a folder"):
        war.packed(tmp_path / "geoserver.war")
