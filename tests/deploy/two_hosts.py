"""The two servers, for real: `bin/imis test-deploy` boots them, runs the play from the VPN, and tries everything.

Ends with the hosts and their network taken away, whatever happened; `--keep` first leaves them standing until it is
interrupted, and keeps their logs.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.deploy import books, connections, maps, network, play, services, upgrade, war
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


def first_play() -> str:
    """Everything is made."""
    return ", ".join(f"{name} {counts['changed']} changed" for name, counts in play.run("first").items())


def second_play() -> str:
    """Nothing is left to do."""
    counts = play.run("second")
    changed = {name: each["changed"] for name, each in counts.items() if each["changed"]}
    services.expect(not changed, f"the second play changed {changed}; see {RUN}/play-second.log")
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


def check_geoserver(hosts: dict[str, Host], brought: Path) -> None:
    """What only a GeoServer that somebody brought can show."""
    web, geoserver = hosts["web"], hosts["geoserver"]
    step("GeoServer's unit", lambda: maps.check_unit(web, geoserver, war.version(brought)))
    step("GeoServer published to", lambda: maps.check_published(web, geoserver))
    step("GeoServer damaged", lambda: maps.check_damage(web, geoserver))
    step("GeoServer behind the door", lambda: maps.check_door(web, geoserver, str(RUN)))
    step("GeoServer and the database", lambda: maps.check_authority(web, geoserver, str(RUN)))


def check_upgrade(web: Host, commit: str) -> None:
    """A release that fails, a newer one, and the way back to the one that ran."""
    step("release that fails", lambda: upgrade.check_broken(web, commit))
    begun = time.monotonic()
    seen, newer, before = upgrade.check_newer(web, commit)
    say(f"newer release: {seen} ({time.monotonic() - begun:.1f} s)")
    step("back to the former release", lambda: upgrade.check_back(web, commit, newer, before))


def everything(hosts: dict[str, Host], commit: str, brought: Path | None) -> None:
    """All parts, in order."""
    web, geoserver = hosts["web"], hosts["geoserver"]
    step("first play", first_play)
    step("second play", second_play)
    step("connection table", lambda: table(hosts))
    step("generated books", lambda: books.fill(web))
    step("pages", lambda: services.check_pages(web, str(RUN)))
    if brought:
        check_geoserver(hosts, brought)
    step("database's doors", lambda: services.check_database_doors(web, geoserver))
    step("planner", lambda: services.check_planner(web, geoserver))
    step("units", lambda: services.check_units(web))
    step("nights", lambda: services.check_nights(web))
    step("backup to a moment", lambda: books.check_backup(web, geoserver))
    step("copy on the other server", lambda: books.check_copy(web, geoserver))
    check_upgrade(web, commit)
    step("lost host", lambda: books.check_lost_host(web, geoserver))
    step("killed host", lambda: killed(hosts))
    if brought:
        web.run("imis-publish", "--check")
        step("GeoServer at the end", lambda: "a map of {} bytes and {} wards".format(*maps.look(web, str(RUN))))


def wait_with(hosts: dict[str, Host]) -> None:
    """Leaves the hosts to whoever wants to look at them, until Ctrl-C."""
    for host in hosts.values():
        say(f"{host.name}: {' '.join(host.enter())} bash")
    say("they stand until this is interrupted")
    try:
        signal.pause()
    except KeyboardInterrupt:
        say("interrupted")


def asked() -> argparse.Namespace:
    """The words of the command line."""
    reader = argparse.ArgumentParser(prog="bin/imis test-deploy", description="the two servers, booted here")
    reader.add_argument("--keep", action="store_true", help="leave the hosts standing until Ctrl-C, and keep the logs")
    reader.add_argument("--geoserver", type=Path, metavar="PATH", help="a war, or the folder of an unpacked one")
    reader.add_argument("--called-from", type=Path, default=Path.cwd(), help=argparse.SUPPRESS)
    return reader.parse_args()


def bring(words: argparse.Namespace) -> Path | None:
    """The war that was brought, if any. Ends the program when it is none."""
    if words.geoserver is None:
        return None
    try:
        brought = war.packed((words.called_from / words.geoserver).resolve())
    except (OSError, ValueError) as failure:
        raise SystemExit(f"imis: --geoserver: {failure}") from failure
    say(f"GeoServer {war.version(brought)} is brought")
    return brought


def main() -> None:
    """Runs all of it; exit 1 with the sentence of the first part that failed."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    words, failed = asked(), False
    brought = bring(words)
    with ExitStack() as stack:
        hosts: dict[str, Host] = {}
        try:
            step("root file system", lambda: base().name)
        except (OSError, subprocess.SubprocessError) as failure:
            say(f"test-deploy NOT RUN: no Debian root file system could be made here: {failure}")
            return
        try:
            commit = play.pack()
            say(f"release {commit}")
            hosts = stack.enter_context(hosts_and_network())
            play.write_inventory(commit, brought)
            everything(hosts, commit, brought)
            say("two hosts: all of it holds" + ("" if brought else "; GeoServer was not run (--geoserver PATH)"))
        except NoHosts as failure:
            say(f"test-deploy NOT RUN: {failure}")
            return
        except (AssertionError, RuntimeError, subprocess.SubprocessError) as failure:
            failed = True
            say(f"FAILED: {failure}")
            say(f"logs: {RUN}")
        if words.keep and hosts:
            wait_with(hosts)
    if failed:
        sys.exit(1)
    if not words.keep:
        shutil.rmtree(RUN, ignore_errors=True)


if __name__ == "__main__":
    main()
