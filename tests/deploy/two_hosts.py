"""The two servers, for real: `bin/imis test-deploy` boots them, runs the play from the VPN, and tries everything.

Ends with the hosts and their network taken away, whatever happened; `--keep` first leaves them standing until it is
interrupted, and keeps their logs.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from tests.deploy import books, connections, network, services
from tests.deploy.hosts import ROOT, RUN, WORK, Host, base

_BEGUN = time.monotonic()


def say(sentence: str) -> None:
    """One line, with the seconds since the beginning."""
    sys.stderr.write(f"imis: {time.monotonic() - _BEGUN:6.1f} s  {sentence}\n")
    sys.stderr.flush()


class NoHosts(Exception):
    """This machine boots no hosts after all."""


def step(title: str, act: Callable[[], str]) -> None:
    """Runs one part and says how long it took and what was seen."""
    begun = time.monotonic()
    seen = act()
    first, *more = seen.splitlines()
    say(f"{title}: {first} ({time.monotonic() - begun:.1f} s)")
    for line in more:
        say(f"    {line}")


@contextmanager
def hosts_and_network() -> Iterator[dict[str, Host]]:
    """Namespaces, package mirror, two booted hosts; all gone afterwards."""
    hosts = {name: Host(name) for name in ("web", "geoserver")}
    mirror: subprocess.Popen[bytes] | None = None
    RUN.mkdir(parents=True)
    try:
        network.up()
        words = [sys.executable, "-m", "tests.deploy.mirror", network.PLACES["vpn"].path, network.VPN]
        words += [str(network.PROXY_PORT), str(WORK / "packages")]
        mirror = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        assert mirror.stdout is not None
        services.expect(mirror.stdout.readline() == b"ready\n", "the package mirror does not start")
        let_in(hosts)
        step("two hosts boot", lambda: boot(hosts))
        yield hosts
    finally:
        for host in hosts.values():
            host.stop()
        if mirror is not None:
            mirror.terminate()
            mirror.wait(10)
        network.down()


def boot(hosts: dict[str, Host]) -> str:
    """A plain Debian that does not boot is this machine's matter, not the play's. Raises NoHosts."""
    try:
        return ", ".join(f"{name} {host.boot():.1f} s" for name, host in hosts.items())
    except RuntimeError as failure:
        raise NoHosts(str(failure)) from failure


def let_in(hosts: dict[str, Host]) -> None:
    """A key for the operator, and the hosts' keys for the operator: nothing is trusted at first sight."""
    key = RUN / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    public = key.with_name("key.pub").read_text(encoding="utf-8")
    addresses = {"web": network.WEB, "geoserver": network.GEOSERVER}
    known = [f"{addresses[name]} {host.prepare(public)}" for name, host in hosts.items()]
    (RUN / "known_hosts").write_text("\n".join(known) + "\n", encoding="utf-8")


def pack() -> str:
    """Packs the release while this machine is in reach of the world; returns the commit."""
    python = subprocess.run(
        ["chroot", str(base()), "python3", "-c", "import platform; print(platform.python_version())"],
        check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip
    words = [sys.executable, str(ROOT / "deploy/pack.py"), "--release=HEAD", f"--python={python}"]
    done = subprocess.run([*words, f"--machine={platform.machine()}"], check=True, capture_output=True, text=True)
    return str(json.loads(done.stdout)["commit"])


def write_inventory(commit: str) -> None:
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
    }
    children = {
        "web": {"hosts": {"web": {"ansible_host": network.WEB}}},
        "geoserver": {"hosts": {"geo": {"ansible_host": network.GEOSERVER}}},
    }
    (RUN / "inventory.json").write_text(json.dumps({"all": {"vars": said, "children": children}}), encoding="utf-8")


def play(number: int) -> dict[str, dict[str, int]]:
    """Runs the play from the VPN; returns each host's counts. Raises RuntimeError with the end of its log."""
    log = RUN / f"play{number}.log"
    deploy = ROOT / "deploy"
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
    counts = {
        name: {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", rest)}
        for name, rest in re.findall(r"^(\S+) +: (ok=.*)$", text, flags=re.MULTILINE)
    }
    if done.returncode != 0:
        raise RuntimeError(f"the play failed; {log}:\n{text[-4000:]}")
    return counts


def first_play() -> str:
    """Everything is made."""
    return ", ".join(f"{name} {counts['changed']} changed" for name, counts in play(1).items())


def second_play() -> str:
    """Nothing is left to do."""
    counts = play(2)
    changed = {name: each["changed"] for name, each in counts.items() if each["changed"]}
    services.expect(not changed, f"the second play changed {changed}; see {RUN}/play2.log")
    return "changed=0; " + ", ".join(f"{name} {each['ok']} ok" for name, each in counts.items())


def table(hosts: dict[str, Host]) -> str:
    """Every cell by a real attempt; then the rules are taken off one host, and the attempts must notice."""
    wrong = connections.wrong_cells(hosts)
    services.expect(not wrong, "the connection table is not kept:\n  " + "\n  ".join(wrong))
    hosts["geoserver"].run("nft", "flush", "ruleset")
    noticed = connections.wrong_cells(hosts)
    hosts["geoserver"].run("systemctl", "restart", "nftables")
    services.expect(len(noticed) > 5, f"without rules only this was noticed: {noticed}")
    seen = f"{len(connections.TABLE)} attempts as written; with one host's rules off {len(noticed)} were noticed"
    return "\n".join([seen, *connections.rows()])


def killed(hosts: dict[str, Host]) -> str:
    """The web host dies and comes back, with its books and its walls."""
    hosts["web"].run("nft", "flush", "ruleset")
    seen = books.check_killed(hosts["web"])
    wrong = connections.wrong_cells(hosts)
    services.expect(not wrong, "the connection table is not kept after a start:\n  " + "\n  ".join(wrong))
    return f"{seen}; the connection table holds again"


def everything(hosts: dict[str, Host]) -> None:
    """All parts, in order."""
    web, geoserver = hosts["web"], hosts["geoserver"]
    step("first play", first_play)
    step("second play", second_play)
    step("connection table", lambda: table(hosts))
    step("generated books", lambda: books.fill(web))
    step("pages", lambda: services.check_pages(web, str(RUN)))
    step("database's doors", lambda: services.check_database_doors(web, geoserver))
    step("planner", lambda: services.check_planner(web, geoserver))
    step("units", lambda: services.check_units(web))
    step("nights", lambda: services.check_nights(web))
    step("backup to a moment", lambda: books.check_backup(web, geoserver))
    step("copy on the other server", lambda: books.check_copy(web, geoserver))
    step("lost host", lambda: books.check_lost_host(web, geoserver))
    step("killed host", lambda: killed(hosts))


def wait_with(hosts: dict[str, Host]) -> None:
    """Leaves the hosts to whoever wants to look at them, until Ctrl-C."""
    for host in hosts.values():
        say(f"{host.name}: {' '.join(host.enter())} bash")
    say("they stand until this is interrupted")
    try:
        signal.pause()
    except KeyboardInterrupt:
        say("interrupted")


def main() -> None:
    """Runs all of it; exit 1 with the sentence of the first part that failed."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    keep, failed = "--keep" in sys.argv[1:], False
    with ExitStack() as stack:
        hosts: dict[str, Host] = {}
        try:
            step("root file system", lambda: base().name)
        except (OSError, subprocess.SubprocessError) as failure:
            say(f"test-deploy NOT RUN: no Debian root file system could be made here: {failure}")
            return
        try:
            commit = pack()
            say(f"release {commit}")
            hosts = stack.enter_context(hosts_and_network())
            write_inventory(commit)
            everything(hosts)
            say("two hosts: all of it holds")
        except NoHosts as failure:
            say(f"test-deploy NOT RUN: {failure}")
            return
        except (AssertionError, RuntimeError, subprocess.SubprocessError) as failure:
            failed = True
            say(f"FAILED: {failure}")
            say(f"logs: {RUN}")
        if keep and hosts:
            wait_with(hosts)
    if failed:
        sys.exit(1)
    if not keep:
        shutil.rmtree(RUN, ignore_errors=True)


if __name__ == "__main__":
    main()
