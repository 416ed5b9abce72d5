"""Money that a backup must bring back: paid before and after a moment, restored to that moment, and proved."""

from __future__ import annotations

import re
import subprocess

from tests.deploy.hosts import Host
from tests.deploy.services import expect

_PAY = """
from decimal import Decimal
from uuid import uuid4
from django.utils import timezone
from holdings.models import Holding
from imis.errors import Refused
from imis.models import User
from tax.services import take_payment
by = User.objects.get(username="cashier")
holdings = list(Holding.objects.order_by("id").values_list("id", flat=True)[:{holdings}])
for number in range({count}):
    name = uuid4()
    try:
        take_payment(payment_id=name, holding=holdings[number % len(holdings)], amount=Decimal({amount}),
                     channel="counter", reference=str(name)[:12], payer_name="trial",
                     value_date=timezone.localdate(), by=by, at=timezone.now())
    except Refused:
        continue  # it owes nothing for years
    print("paid", name, flush=True)
"""
_COUNT = "SELECT count(*), coalesce(sum(amount), 0) FROM tax_payment"


def ask(web: Host, sql: str) -> str:
    """An answer of the running database."""
    return web.run("psql", "-X", "-q", "-t", "-A", "-U", "postgres", "-d", "imis", "-c", sql).strip()


def fill(web: Host) -> str:
    """A small generated city with five years of books. Only this test sets IMIS_DEMO on such a host."""
    web.run("env", "IMIS_DEMO=1", "imis-manage", "--admin", "demo", "--size", "200")
    web.run("chown", "-R", "imis:imis", "/var/lib/imis/media")
    return ask(web, _COUNT)


def pay(web: Host, amount: int, count: int = 3) -> str:
    """Takes payments as the web server would."""
    web.run("imis-manage", "shell", "-c", _PAY.format(amount=amount, count=count, holdings=count))
    return ask(web, _COUNT)


def pay_until_killed(web: Host, least: int) -> list[str]:
    """Two tills take payments; after `least` the host is killed. Returns the payments that they were told are taken."""
    words = [*web.enter(), "imis-manage", "shell", "-c", _PAY.format(amount=2, count=100_000, holdings=200)]
    tills = [subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    told: list[str] = []
    for _ in range(least):
        for till in tills:
            assert till.stdout is not None and till.stderr is not None
            line = till.stdout.readline()
            expect(line != "", f"a till ended: {till.stderr.read() if not line else ''}")
            told.append(line)
    web.kill()
    told += [line for till in tills for line in till.communicate(timeout=60)[0].splitlines()]
    return re.findall(r"^paid (\S+)$", "\n".join(line.strip() for line in told), flags=re.MULTILINE)


def check_killed(web: Host) -> str:
    """The host dies while money is taken: everything starts by itself, and each payment told as taken is there."""
    told = pay_until_killed(web, least=20)
    seconds = web.boot()
    found = ask(web, f"SELECT count(*) FROM tax_payment WHERE id::text = ANY ('{{{','.join(told)}}}')")
    expect(found == str(len(told)), f"{len(told)} payments were taken before the host died, {found} are there after")
    proofs = web.run("imis-manage", "check_books") + web.run("imis-manage", "verify_chain")
    expect("The books add up" in proofs and "Every row is what it was" in proofs, proofs)
    failed = web.run("systemctl", "list-units", "--failed", "--plain", "--no-legend")
    expect(not failed.strip(), f"failed units after the start: {failed}")
    for unit in ("nginx", "imis-web", "imis-worker", "imis-ows", "imis-backup.timer", "imis-copy.timer"):
        web.run("systemctl", "is-active", unit)
    return f"{len(told)} payments taken while it died are there; up again by itself in {seconds:.1f} s"


def check_backup(web: Host, geoserver: Host) -> str:
    """Payments before and after a moment; the rehearsal brings back the moment, and the newest state, each proved."""
    before = pay(web, 100)
    web.run("imis-backup", "now", "full")
    at_moment = pay(web, 150)
    moment = ask(web, "SELECT clock_timestamp()")
    web.run("sleep", "2")
    after = pay(web, 200)
    expect(len({before, at_moment, after}) == 3, f"nothing was paid: {before}, {at_moment}, {after}")
    ask(web, "SELECT pg_switch_wal()")
    told = web.run("imis-rehearse", "--to", moment, "--ask", _COUNT)
    expect(at_moment in told.splitlines(), f"restored to {moment}: not {at_moment} in\n{told}")
    expect("The books add up" in told and "Every row is what it was" in told, told)
    newest = web.run("imis-rehearse", "--ask", _COUNT)
    expect(after in newest.splitlines(), f"restored to the newest: not {after} in\n{newest}")
    expect(not web.run("ls", "/var/lib/imis-rehearsal").strip(), "the rehearsal left something behind")
    expect(before not in told.splitlines() and after not in told.splitlines(), f"another state came back:\n{told}")
    return f"payments {at_moment} as at the moment ({after} now)\n" + told.strip()


def check_copy(web: Host, geoserver: Host) -> str:
    """The other server holds every byte of the backups and can read none of them."""
    web.run("systemctl", "start", "imis-copy.service")
    sums = "cd {} && find . -type f | sort | xargs sha256sum | sha256sum"
    ours = web.run("sh", "-c", sums.format("/var/lib/pgbackrest/backup"))
    theirs = geoserver.run("sh", "-c", sums.format("/var/lib/imis-copy/present/pgbackrest/backup"))
    expect(ours == theirs, "the copy differs from the backups")
    size = int(geoserver.run("du", "-sm", "/var/lib/imis-copy/present").split()[0])
    words = "CREATE TABLE|tax_payment|BEGIN PRIVATE KEY|IMIS_SECRET_KEY"
    readable = geoserver.run("sh", "-c", f"grep -rlaE '{words}' /var/lib/imis-copy/present || true")
    expect(not readable.strip(), f"something in the copy can be read: {readable}")
    seen = web.run("sh", "-c", f"grep -rlaE '{words}' /var/lib/postgresql /etc/imis | head -3")
    expect(seen.strip() != "", "these words would be found nowhere")
    geoserver.run("systemctl", "start", "imis-keep-day.service")
    expect(geoserver.run("ls", "/var/lib/imis-copy/days").strip() != "", "no day was kept")
    geoserver.fails("ls", "/var/lib/imis-copy/days/", user="imis-copy")
    return f"{size} MB, equal, unreadable there, a day kept"


def bring_back_copies(web: Host, geoserver: Host) -> None:
    """What the runbook has an operator carry from the other server to a new one: both repositories, still encrypted."""
    away = [*geoserver.enter(), "tar", "-C", "/var/lib/imis-copy/present", "-c", "pgbackrest", "files"]
    web.run("mkdir", "/var/lib/brought")
    with subprocess.Popen(away, stdout=subprocess.PIPE) as sender:
        home = [*web.enter(), "tar", "-C", "/var/lib/brought", "-x"]
        subprocess.run(home, stdin=sender.stdout, check=True, timeout=300)
    moves = "cp -a pgbackrest/. /var/lib/pgbackrest/ && cp -a files /var/backups/imis/ && rm -r /var/lib/brought"
    owners = "chown -R postgres: /var/lib/pgbackrest && chown -R root: /var/backups/imis/files"
    web.run("sh", "-c", f"cd /var/lib/brought && {moves} && {owners}")


def check_lost_host(web: Host, geoserver: Host) -> str:
    """Books, their backups and the files are gone: the copies of the other server and two keys bring all of it back."""
    want = ask(web, _COUNT)
    web.run("pgbackrest", "--stanza=imis", "check", user="postgres")
    web.run("imis-backup", "now", "incr")
    web.run("systemctl", "start", "imis-copy.service")
    web.run("systemctl", "stop", "imis-web", "imis-worker", "imis-ows", "imis-copy.timer")
    gone = "/var/lib/postgresql/*/main/* /var/lib/pgbackrest/* /var/backups/imis/files"
    web.run("sh", "-c", f"systemctl stop 'postgresql@*' && rm -rf {gone}")
    # Pages' files come with the release, everything else from the copy.
    web.run("find", "/var/lib/imis", "-mindepth", "1", "-not", "-path", "/var/lib/imis/static*", "-delete")
    bring_back_copies(web, geoserver)
    words = ["--repo=/var/backups/imis/files", "--password-file=/etc/imis/backup/files-key"]
    web.run("restic", "--quiet", *words, "restore", "latest", "--target=/")
    told = web.run("imis-restore", "--newest")
    expect(ask(web, _COUNT) == want, f"{ask(web, _COUNT)} after the restore, {want} before")
    expect("The books add up" in told and "Every row is what it was" in told, told)
    expect(web.run("systemctl", "is-active", "imis-web").strip() == "active", "the web server did not start again")
    web.run("systemctl", "start", "imis-copy.timer")
    return f"from the other server's copies and two keys: {want} as before\n{told.strip()}"
