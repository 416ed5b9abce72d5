"""The play as an operator runs it: a packed release, an inventory, ansible-playbook from the VPN."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.deploy import network
from tests.deploy.hosts import ROOT, RUN, base

Counts = dict[str, dict[str, int]]


class Failed(RuntimeError):
    """The play failed; the message ends with what it said."""


def pack() -> str:
    """Packs the release while this machine is in reach of the world; returns the commit."""
    python = subprocess.run(
        ["chroot", str(base()), "python3", "-c", "import platform; print(platform.python_version())"],
        check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip
    words = [sys.executable, str(ROOT / "deploy/pack.py"), "--release=HEAD", f"--python={python}"]
    done = subprocess.run([*words, f"--machine={platform.machine()}"], check=True, capture_output=True, text=True)
    return str(json.loads(done.stdout)["commit"])


def write_inventory(commit: str, war: Path | None = None) -> None:
    """The inventory of these hosts; in small, else as an operator would write it."""
    said = {
        "ansible_user": "ops",
        "ansible_ssh_private_key_file": str(RUN / "key"),
        "ansible_ssh_common_args": f"-o UserKnownHostsFile={RUN}/known_hosts -o StrictHostKeyChecking=yes",
        "imis_release": commit,
        "imis_public_name": network.PUBLIC_NAME,
        "imis_vpn": [network.VPN_NETWORK],
        "imis_web_address": network.WEB,
        "imis_geoserver_address": network.GEOSERVER,
        "imis_package_proxy": f"{network.VPN}:{network.PROXY_PORT}",
        "imis_memory_mb": 2048,
        "imis_administrators": [{"name": "rahima", "key": (RUN / "key.pub").read_text(encoding="utf-8").strip()}],
        "imis_planners": [{"name": "planner_karim", "audience": "gis_staff"}],
        "imis_contact": "gis@imis.test",
        **({"imis_geoserver_war": str(war)} if war else {}),
    }
    children = {
        "web": {"hosts": {"web": {"ansible_host": network.WEB}}},
        "geoserver": {"hosts": {"geo": {"ansible_host": network.GEOSERVER}}},
    }
    (RUN / "inventory.json").write_text(json.dumps({"all": {"vars": said, "children": children}}), encoding="utf-8")


def set_release(commit: str) -> None:
    """Changes `imis_release` in the inventory, and nothing else."""
    path = RUN / "inventory.json"
    inventory = json.loads(path.read_text(encoding="utf-8"))
    inventory["all"]["vars"]["imis_release"] = commit
    path.write_text(json.dumps(inventory), encoding="utf-8")


def run(name: str, checkout: Path = ROOT) -> Counts:
    """Runs a checkout's play from the VPN; returns each host's counts. Raises Failed with the end of its log."""
    log = RUN / f"play-{name}.log"
    deploy = checkout / "deploy"
    words = [*network.inside("vpn"), "ansible-playbook", f"--inventory={RUN}/inventory.json", str(deploy / "site.yml")]
    settings = {
        "ANSIBLE_CONFIG": str(deploy / "ansible.cfg"),
        "ANSIBLE_HOME": str(RUN / "ansible"),
        "LC_ALL": "C.UTF-8",
    }
    # A socket's path has 107 bytes, and a checkout may lie deep.
    with log.open("wb") as file, tempfile.TemporaryDirectory(prefix="imis-") as sockets:
        surroundings = {**os.environ, **settings, "ANSIBLE_SSH_CONTROL_PATH_DIR": sockets}
        done = subprocess.run(words, stdout=file, stderr=subprocess.STDOUT, env=surroundings, check=False)
    text = log.read_text(encoding="utf-8")
    if done.returncode != 0:
        raise Failed(f"the play failed; {log}:\n{text[-4000:]}")
    return {
        host: {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", rest)}
        for host, rest in re.findall(r"^(\S+) +: (ok=.*)$", text, flags=re.MULTILINE)
    }
