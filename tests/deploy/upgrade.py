"""An upgrade by the runbook: a newer release with one more migration, one whose migration fails, and the way back.

The newer releases are commits of a clone that this run makes and throws away.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.deploy import books, play
from tests.deploy.hosts import ROOT, RUN, Host
from tests.deploy.network import PUBLIC_NAME, WEB, inside
from tests.deploy.services import expect

MIGRATION = """from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("imis", "{last}")]
    operations = [migrations.RunSQL("{sql}")]
"""
GOOD = "CREATE TABLE imis_trial (made timestamptz NOT NULL); INSERT INTO imis_trial VALUES (now())"
BAD = "CREATE TABLE imis_trial (made timestamptz NOT NULL); SELECT 1 / 0"
# What the page for watchmen says; the newer release says its name there, too.
_HEALTH, _SAYS = '{"status": "up", "database": True}', '{"status": "up", "database": True, "release": "newer"}'
_WATCH = """
import http.client, json, socket, ssl, sys, time
name, address, authority = sys.argv[1:]
trust = ssl.create_default_context(cafile=authority)
class Line(http.client.HTTPSConnection):
    def connect(self):
        self.sock = trust.wrap_socket(socket.create_connection((address, 443), 5), server_hostname=name)
away, since = 0.0, None
def look():
    try:
        line = Line(name, timeout=5)
        line.request("GET", "/health", headers={"Host": name})
        answer = line.getresponse()
        return answer.status, answer.read().decode()
    except OSError as failure:
        return 0, type(failure).__name__
import select
while True:
    status, body = look()
    now = time.monotonic()
    if status == 200:
        away, since = max(away, now - since if since else 0.0), None
    else:
        since = since or now
    if select.select([sys.stdin], [], [], 0.5)[0]:
        break
status, body = look()
print(json.dumps([status, body, round(max(away, time.monotonic() - since if since else 0.0), 1)]))
"""


class Watchman:
    """Somebody in the public who asks /health twice a second until he is told to stop."""

    def __init__(self) -> None:
        words = [*inside("public"), sys.executable, "-c", _WATCH, PUBLIC_NAME, WEB, f"{RUN}/authority.pem"]
        self._process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def stop(self) -> tuple[int, str, float]:
        """The last answer, and the longest time in seconds that there was none."""
        said = self._process.communicate("\n", timeout=60)[0]
        status, body, away = json.loads(said)
        return int(status), str(body), float(away)


@contextmanager
def watched() -> Iterator[list[tuple[int, str, float]]]:
    """What the public saw meanwhile stands in the list afterwards."""
    seen: list[tuple[int, str, float]] = []
    watchman = Watchman()
    try:
        yield seen
    finally:
        seen.append(watchman.stop())


def health() -> str:
    """What /health says now."""
    status, body, _away = Watchman().stop()
    expect(status == 200, f"/health says {status} {body}")
    return body


def git(folder: Path, *words: str) -> str:
    """Git in the run's own clone."""
    known = ["-c", "safe.directory=*", "-c", "user.name=trial", "-c", "user.email=trial@imis.test"]
    done = subprocess.run(["git", *known, "-C", str(folder), *words], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def clone(name: str, commit: str, sql: str) -> tuple[Path, str]:
    """A clone with one commit more: a migration on top of the others, and another answer of /health."""
    folder = RUN / name
    git(RUN, "clone", "--quiet", "--no-checkout", str(ROOT), str(folder))
    git(folder, "checkout", "--quiet", "--detach", commit)
    migrations = folder / "imis" / "migrations"
    last = sorted(migrations.glob("[0-9]*.py"))[-1].stem
    number = f"{int(last[:4]) + 1:04d}_trial"
    (migrations / f"{number}.py").write_text(MIGRATION.format(last=last, sql=sql), encoding="utf-8")
    page = folder / "imis" / "views" / "home.py"
    told = page.read_text(encoding="utf-8")
    expect(_HEALTH in told, "the page for watchmen is written otherwise now")
    page.write_text(told.replace(_HEALTH, _SAYS), encoding="utf-8")
    git(folder, "add", "imis")
    git(folder, "commit", "--quiet", "--no-verify", "--message", "One migration more")
    # The wheels lie packed already, and nothing is fetched from within the VPN.
    packed = folder / ".local" / "deploy" / "packed"
    packed.mkdir(parents=True)
    for wheels in (ROOT / ".local" / "deploy" / "packed").glob("wheels-*.tar"):
        os.link(wheels, packed / wheels.name)
    return folder, git(folder, "rev-parse", "--short=12", "HEAD")


def running(web: Host) -> str:
    """The commit that runs, by the link that every unit starts from."""
    return web.run("basename", web.run("readlink", "/opt/imis/current").strip()).strip()


def proved(web: Host) -> None:
    """Books and chain by the release that runs, all units up, the views there."""
    proofs = web.run("imis-manage", "check_books") + web.run("imis-manage", "verify_chain")
    expect("The books add up" in proofs and "Every row is what it was" in proofs, proofs)
    for unit in ("nginx", "imis-web", "imis-worker", "imis-ows"):
        web.run("systemctl", "is-active", unit)
    expect(int(books.ask(web, "SELECT count(*) FROM gis_public.wards")) > 0, "the map's views are gone")


def tables(web: Host) -> str:
    """How often the trial's migration is told as applied, and whether its table is there."""
    told = "SELECT count(*), to_regclass('imis_trial') IS NOT NULL FROM django_migrations WHERE name LIKE '%_trial'"
    return books.ask(web, told)


def backups(web: Host) -> list[str]:
    """The labels of the backups, oldest first."""
    said = json.loads(web.run("pgbackrest", "--stanza=imis", "--output=json", "info", user="postgres"))
    return [each["label"] for each in said[0]["backup"]]


def payments(web: Host) -> set[str]:
    """Every payment with its amount."""
    return set(books.ask(web, "SELECT id::text || ' ' || amount::text FROM tax_payment").split("\n"))


def check_broken(web: Host, commit: str) -> str:
    """A release whose migration fails: the play says so, and the one before goes on with everything."""
    before, first = payments(web), health()
    folder, broken = clone("broken", commit, BAD)
    play.set_release(broken)
    with watched() as seen:
        try:
            play.run("broken", folder)
        except play.Failed as failure:
            said = str(failure)
        else:
            raise AssertionError(f"release {broken} divides by zero, and the play did not mind")
    expect("division by zero" in said and "The former release runs on, as before." in said, said)
    expect(running(web) == commit, f"{running(web)} runs, not {commit}")
    expect(tables(web) == "0|f", f"something of the failed migration stayed: {tables(web)}")
    expect(seen[0][:2] == (200, first) and "newer" not in first, f"the public sees {seen[0]}, before it saw {first}")
    proved(web)
    expect(payments(web) == before, "payments changed")
    books.pay(web, 75)
    expect(len(payments(web)) > len(before), "no payment is taken any more")
    return (
        f"its migration fails, the play says so; {commit} goes on after {seen[0][2]:.1f} s, with books, views and tills"
    )


def check_newer(web: Host, commit: str) -> tuple[str, str, set[str]]:
    """A newer release by the runbook's steps; returns a sentence, its commit, and the payments at the moment before."""
    before, kept = payments(web), backups(web)
    folder, newer = clone("newer", commit, GOOD)
    play.set_release(newer)
    with watched() as seen:
        play.run("newer", folder)
    expect(
        running(web) == newer and '"release": "newer"' in seen[0][1], f"the newer release does not answer: {seen[0]}"
    )
    expect(tables(web) == "1|t", f"the migration: {tables(web)}")
    taken = [label for label in backups(web) if label not in kept]
    expect(len(taken) == 1, f"backups taken before the change: {taken}")
    marked = web.run("cat", f"/var/lib/pgbackrest/marks/before-{newer}").split()
    expect(marked == [taken[0], commit], f"the moment before is kept as {marked}")
    web.run("imis-manage", "--owner", "release")
    expect(books.ask(web, "SELECT count(*) FROM imis_trial") == "1", "the migration ran twice")
    proved(web)
    expect(payments(web) == before, "payments changed")
    away = f"pages away for {seen[0][2]:.1f} s, backup {taken[0]} taken before"
    return f"{newer} answers, its migration is applied once, {len(before)} payments are there; {away}", newer, before


def check_back(web: Host, commit: str, newer: str, before: set[str]) -> str:
    """Back to the moment before, although a later backup lies over it; then the play with the former release."""
    books.pay(web, 85)
    expect(payments(web) > before, "nothing was paid under the newer release")
    web.run("imis-backup", "now", "incr")
    told = web.run("imis-restore", "--mark", f"before-{newer}")
    expect("The books add up" in told and "Every row is what it was" in told, told)
    expect(running(web) == commit and "newer" not in health(), f"{running(web)} runs: {health()}")
    expect(tables(web) == "0|f", f"the newer release's tables stayed: {tables(web)}")
    expect(payments(web) == before, "the payments are not those of the moment before")
    play.set_release(commit)
    counts = play.run("back")
    expect(running(web) == commit and "newer" not in health(), f"{running(web)} runs: {health()}")
    proved(web)
    books.pay(web, 95)
    expect(payments(web) > before, "no payment is taken any more")
    changed = ", ".join(f"{name} {each['changed']}" for name, each in counts.items() if each["changed"])
    return (
        f"{len(before)} payments as at the moment, {commit} answers; the play with it: changed {changed or 'nothing'}"
    )
