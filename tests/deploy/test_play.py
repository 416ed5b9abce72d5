"""What can be said of the play without hosts: built-in modules, no secret, rules and units as documents have them."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import jinja2
import pytest

from tests.deploy.connections import COPIES, TABLE, Cell
from tests.house.sources import ROOT, files, name

_TASKS = files("deploy/site.yml", "deploy/roles/*.yml")
_TEMPLATES = [path for path in (ROOT / "deploy").rglob("*") if path.is_file() and path.suffix in (".j2", ".yml")]
_OURS = [path for path in _TEMPLATES if path.name.endswith(".service.j2") and "alarm" not in path.name]


def text(path: str) -> str:
    """A file below deploy/."""
    return (ROOT / "deploy" / path).read_text(encoding="utf-8")


def pack() -> ModuleType:
    """deploy/pack.py, which runs outside the application."""
    spec = importlib.util.spec_from_file_location("pack", ROOT / "deploy" / "pack.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", _TASKS, ids=name)
def test_only_built_in_modules(path: Path) -> None:
    used = re.findall(r"^ +(?:- )?([a-z_]+\.[a-z_]+\.[a-z_]+):", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert not [module for module in used if not module.startswith("ansible.builtin.")]


@pytest.mark.parametrize("path", _TEMPLATES, ids=name)
def test_no_secret_and_no_address_of_the_world(path: Path) -> None:
    content = path.read_text(encoding="utf-8")
    assert not re.findall(
        r"(?i)(?:password|secret|passphrase|cipher-pass)['\"]?\s*[:=]\s*['\"]?[A-Za-z0-9+/]{8,}", content
    )
    assert not re.findall(r"https?://(?!imis|\{\{)[a-z0-9-]+\.[a-z]", content)


def test_planted_secret_is_found() -> None:
    assert re.findall(r"(?i)(?:password)['\"]?\s*[:=]\s*['\"]?[A-Za-z0-9+/]{8,}", "db_password: hunter2hunter2")


def test_the_firewall_is_the_table() -> None:
    """Every allowed cell between two places has a rule on both sides' templates, and no rule is without a cell."""
    rules = text("roles/firewall/templates/nftables.conf.j2")
    assert rules.count("policy drop;") == 3
    web, geoserver = re.findall(r"group_names %\}\n(.*?)\{% else %\}\n(.*?)\{% endif %\}", rules, flags=re.DOTALL)[0]
    opened = {
        "web": {
            int(port)
            for ports in re.findall(r"tcp dport \{? ?([\d, ]+)", web)
            for port in ports.split(",")
            if port.strip()
        },
        "geoserver": {int(port) for port in re.findall(r"tcp dport (\d+)", geoserver)} | {COPIES},
    }
    for host, ports in opened.items():
        allowed = {cell.port for cell in TABLE if cell.target == host and cell.allowed}
        assert ports | {22} == allowed


def test_the_table_tries_every_column_from_everywhere() -> None:
    tried = {(cell.source, cell.target, cell.port) for cell in TABLE}
    for source in ("public", "geoserver", "vpn"):
        assert {(source, "web", port) for port in (22, 80, 443, 5432, 6432, 8000)} <= tried
    for source in ("public", "web", "vpn"):
        assert {(source, "geoserver", port) for port in (22, 8080, 80, 443, 5432, COPIES)} <= tried
    assert len(set(TABLE)) == len(TABLE) and Cell("public", "web", 5432, False) in TABLE


def test_ssh_outlives_the_first_load_of_the_rules() -> None:
    rules, load = text("roles/firewall/templates/nftables.conf.j2"), text("roles/firewall/tasks/load.yml")
    assert "tcp sport 22 ip daddr @vpn accept" in rules.split("chain output")[1].split("ct state")[0]
    assert (
        load.index("flush ruleset")
        < load.index("nft -f")
        < load.index("wait_for_connection")
        < load.index("stop imis-")
    )


@pytest.mark.parametrize("path", _OURS, ids=name)
def test_units_have_bounds_and_walls(path: Path) -> None:
    unit = path.read_text(encoding="utf-8")
    assert "NoNewPrivileges=yes" in unit or "_walls.j2" in unit or "PrivateNetwork=yes" in unit
    if "Restart=always" in unit:
        assert "MemoryMax=" in unit and "User=" in unit and "RestrictAddressFamilies=" in unit


def rendered(path: Path, folder: Path) -> Path:
    """A unit as a host would have it, near enough for systemd's own check."""
    loader = jinja2.FileSystemLoader([path.parent, ROOT / "deploy" / "templates"])
    values = {
        "imis_pg": "15",
        "imis_web_memory_mb": 2048,
        "imis_memory_mb": 8192,
        "imis_time_zone": "Asia/Dhaka",
        "imis_geoserver_war": "",
        "imis_vpn": ["10.8.0.0/24"],
        "imis_web_address": "203.0.113.10",
        "imis_geoserver_address": "203.0.113.11",
        "item": {"name": "check-books", "does": "checks", "command": "check_books", "at": "00:20"},
    }
    environment = jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined, autoescape=False)  # noqa: S701 - a unit is no page
    target = folder / path.name.removesuffix(".j2")
    target.write_text(environment.get_template(path.name).render(values), encoding="utf-8")
    return target


@pytest.mark.parametrize("path", [path for path in _OURS if "_walls.j2" in path.read_text(encoding="utf-8")], ids=name)
def test_walls_are_high_enough(path: Path, tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd is not installed; bin/imis test-deploy measures the same on the running host")
    unit = rendered(path, tmp_path)
    words = ["systemd-analyze", "security", "--no-pager", "--offline=yes", "--threshold=20", str(unit)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    # Older than 250, or as a user who may not make the folder that it wants even for a measurement of a file.
    if "unrecognized option" in done.stderr or "Failed to create directory '/run/systemd" in done.stderr:
        pytest.skip("this systemd cannot measure a file; bin/imis test-deploy measures the same on the running host")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr


def test_a_unit_without_walls_is_noticed(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd is not installed")
    (tmp_path / "bare.service").write_text("[Service]\nExecStart=/bin/true\n", encoding="utf-8")
    words = [
        "systemd-analyze",
        "security",
        "--no-pager",
        "--offline=yes",
        "--threshold=20",
        str(tmp_path / "bare.service"),
    ]
    assert subprocess.run(words, capture_output=True, check=False).returncode != 0


_LOCK = """numpy==2.2.6 ; python_full_version < '3.11' \\
    --hash=sha256:aa
numpy==2.4.6 ; python_full_version == '3.11.*' \\
    --hash=sha256:bb
packaging==26.3 \\
    --hash=sha256:cc
colorama==0.4 ; sys_platform == 'win32' \\
    --hash=sha256:dd
"""


@pytest.mark.parametrize(("python", "digest"), [("3.10.12", "aa"), ("3.11.2", "bb")])
def test_a_host_gets_its_share_of_the_lock(python: str, digest: str) -> None:
    pins = pack().pins_for(_LOCK, python, "x86_64")
    assert re.findall(r"sha256:(\w+)", pins) == [digest, "cc"]
    assert ";" not in pins


def test_the_real_lock_names_each_package_once() -> None:
    lock = (ROOT / "requirements/runtime.txt").read_text(encoding="utf-8")
    pins = pack().pins_for(lock, "3.11.2", "x86_64")
    names = re.findall(r"^([a-z0-9-]+)==", pins, flags=re.MULTILINE)
    assert len(names) == len(set(names)) > 30
    assert {"django", "psycopg2-binary", "numpy", "gunicorn"} <= set(names)


def test_hands_are_posix_and_clean(tmp_path: Path) -> None:
    if not shutil.which("shellcheck"):
        pytest.skip("shellcheck is not installed")
    hands = [path for path in _TEMPLATES if path.read_text(encoding="utf-8").startswith("#!/bin/sh")]
    assert len(hands) >= 8
    values = {"imis_pg": "15", "imis_pg_conf": "/etc/postgresql/15/main", "imis_copy_port": 8740, "imis_copy_days": 14}
    values |= {"imis_geoserver_address": "203.0.113.11"}
    for path in hands:
        target = tmp_path / path.stem
        target.write_text(jinja2.Template(path.read_text(encoding="utf-8")).render(values), encoding="utf-8")
        done = subprocess.run(["shellcheck", "-e", "SC1091", target], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{name(path)}\n{done.stdout}"


def test_the_runbook_tells_every_timer_and_hand() -> None:
    told = "".join(path.read_text(encoding="utf-8") for path in files("docs/guide/runbook/*.md"))
    nightly = re.findall(r"- \{ name: ([a-z-]+), at: \"([\d:]+)\"", text("roles/settings/defaults/main.yml"))
    assert len(nightly) >= 6
    for unit, at in nightly:
        assert re.search(rf"\| {at} \| imis-{unit} \|", told), unit
    for hand in ("imis-manage", "imis-backup", "imis-rehearse", "imis-restore", "imis-planner", "imis-publish"):
        assert hand in told
    for page in ("install", "upgrade", "add-user", "restore"):
        content = (ROOT / "docs/guide/runbook" / f"{page}.md").read_text(encoding="utf-8")
        assert "## বাংলা" in content and "## English" in content and len(content.splitlines()) <= 60
