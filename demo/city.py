"""Loads the generated city in steps; each step is one transaction, so a killed load goes on where it stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import connection, transaction
from django.db.models import BinaryField, JSONField, Model
from django.utils import timezone

from demo.accounts import ensure_accounts
from demo.history import history_steps
from demo.plan import LARGEST, SIZES, plan
from demo.register import load_register
from demo.story import History
from holdings.models import Holding, Owner, Ownership, Unit, Ward
from imis import audit
from imis.errors import Refused
from imis.ledger.models import Entry, Receipt
from imis.models import AuditRow, User
from tax.models import Allocation, Assessment, Bill, BillLine, Payment, Standing

_KIND = "demo"
_DONE = "finished"


@dataclass(frozen=True)
class Loaded:
    """What a load came to; `fresh` is False when the city was there already."""

    holdings: int
    fresh: bool


def holdings_of(size: str) -> int:
    """The number of holdings of a size: ward, city, or a number to 1,000,000. Raises Refused."""
    if size in SIZES:
        return SIZES[size]
    if size.isdecimal() and 1 <= int(size) <= LARGEST:
        return int(size)
    raise Refused(f"--size is {' or '.join(SIZES)} or a number from 1 to {LARGEST:,}, not {size!r}.")


def load_city(*, holdings: int, today: date, progress: Callable[[str], None]) -> Loaded:
    """Loads accounts, register and five years of tax; `today` ends the history (kept from the first run on).

    Raises Refused when the database holds another city or anything that no demo made.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")
    begun = _begun(holdings)
    today = date.fromisoformat(begun["today"]) if begun else today
    users = ensure_accounts(at=_noon(today))
    if _is_done(_DONE):
        return Loaded(holdings, fresh=False)
    _step("register", today, users, holdings, lambda: load_register(plan(holdings), progress))
    _settle_statistics(Holding, Unit, Ownership, Owner)
    first = {"assessment", "bills", "payments"}
    for name, work in history_steps(History(holdings, today, users), progress):
        _step(name, today, users, holdings, work)
        kind = name.partition(" ")[0]
        if kind in first or name.endswith("Q1"):
            first.discard(kind)
            _settle_statistics(Assessment, Bill, BillLine, Standing, Allocation, Payment, Entry, Receipt)
    _step(_DONE, today, users, holdings, lambda: None)
    _settle_statistics()
    return Loaded(holdings, fresh=True)


def _begun(holdings: int) -> dict[str, Any] | None:
    """The details of the first step, if a demo of this size was begun. Raises Refused for anything else."""
    row = AuditRow.objects.filter(object_type=_KIND, object_id="register").first()
    if row is None:
        if Holding.objects.exists() or Ward.objects.exists():
            raise Refused("The register is not empty, and no demo filled it.", remedy="`bin/imis reset` empties it.")
        return None
    details: dict[str, Any] = row.details
    if details["holdings"] != holdings:
        raise Refused(
            f"A city of {details['holdings']:,} holdings is loaded; {holdings:,} were asked for.",
            remedy="`bin/imis reset` empties the database; then load the other size.",
        )
    return details


def _is_done(name: str) -> bool:
    return AuditRow.objects.filter(object_type=_KIND, object_id=name).exists()


def _step(name: str, today: date, users: dict[str, User], holdings: int, work: Callable[[], object]) -> None:
    if _is_done(name):
        return
    with transaction.atomic():
        work()
        audit.record(
            by=users["administrator"],
            at=_noon(today),
            action="demo_step",
            object_type=_KIND,
            object_id=name,
            holdings=holdings,
            today=today.isoformat(),
        )


def _noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))


def _settle_statistics(*models: type[Model]) -> None:
    """A plan made before a table had rows would scan it row by row. Without models: all of the database.

    Documents and hashes are left for the end: nothing is looked up by them, and to read them is most of the work.
    """
    tables = ", ".join(f"{connection.ops.quote_name(model._meta.db_table)} ({_looked_up(model)})" for model in models)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {tables}")


def _looked_up(model: type[Model]) -> str:
    fields = [field for field in model._meta.local_concrete_fields if not isinstance(field, (JSONField, BinaryField))]
    return ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
