"""Money that a backup must bring back: paid before and after a moment, restored to that moment, and proved."""

from __future__ import annotations

from tests.deploy.hosts import Host
from tests.deploy.services import expect

_PAY = """
from decimal import Decimal
from uuid import uuid4
from django.utils import timezone
from holdings.models import Holding
from imis.models import User
from tax.services import take_payment
at = timezone.now()
for holding in Holding.objects.order_by("id").values_list("id", flat=True)[:{count}]:
    name = uuid4()
    take_payment(payment_id=name, holding=holding, amount=Decimal({amount}), channel="counter",
                 reference=str(name)[:12], payer_name="trial", value_date=timezone.localdate(),
                 by=User.objects.get(username="cashier"), at=at)
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
    web.run("imis-manage", "shell", "-c", _PAY.format(amount=amount, count=count))
    return ask(web, _COUNT)


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
    return "; ".join(line for line in told.splitlines() if " after " in line or "rehearsed" in line)


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


def check_lost_disk(web: Host) -> str:
    """The data folder is gone; the runbook's restore brings every payment back and the pages serve again."""
    want = ask(web, _COUNT)
    web.run("systemctl", "stop", "imis-web", "imis-worker", "imis-ows")
    web.run("sh", "-c", "systemctl stop 'postgresql@*' && rm -rf /var/lib/postgresql/*/main/*")
    told = web.run("imis-restore", "--newest")
    expect(ask(web, _COUNT) == want, f"{ask(web, _COUNT)} after the restore, {want} before")
    expect("The books add up" in told and "Every row is what it was" in told, told)
    expect(web.run("systemctl", "is-active", "imis-web").strip() == "active", "the web server did not start again")
    return "every payment is back"
