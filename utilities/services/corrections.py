"""Corrects one connection by hand: the state in force is closed on a day, the corrected one begins there."""

from __future__ import annotations

from datetime import date, datetime

from django.db import connection as database
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from imis.audit import record
from imis.bangla import date_in
from imis.errors import BadInput, Refused
from imis.models import User
from utilities.models import Connection
from utilities.models.choices import Status


@transaction.atomic
def correct_connection(
    *,
    connection: int,
    account_number: str,
    meter_number: str,
    status: str,
    since: date,
    reason: str,
    by: User,
    at: datetime,
) -> Connection:
    """What is true of a connection from the day `since` on; returns the row then in force.

    History is added to: the row in force ends on that day. Refused when that row is no longer in force, BadInput for
    a day not later than its beginning or after today, for an account that is missing or another's, and when nothing
    changes. The audit row names which facts changed, never a number of an account or a meter.
    """
    old = Connection.objects.select_for_update(of=("self",)).select_related("holding").get(pk=connection)
    if old.valid.upper is not None:
        raise Refused(_("This connection was changed meanwhile."), remedy=_("Open the holding's page anew."))
    new = _successor(old, account_number.strip(), meter_number.strip(), status, since)
    changed = _changed(old, new)
    _refuse_day(old, since, timezone.localdate(at))
    _refuse_account(old, new)
    old.valid = DateRange(old.valid.lower, since)
    old.save(update_fields=["valid"])
    new.save()
    details = {"provider": old.provider_id, "service": old.service, "changed": changed, "valid_from": since}
    details |= {"before": {"status": old.status}, "after": {"status": status}, "reason": reason}
    record(
        by=by, at=at, action="correct_connection", object_type="connection", object_id=new.pk,
        ward=old.holding.ward_id, holding=old.holding_id, **details,
    )  # fmt: skip
    return new


def _successor(old: Connection, account: str, meter: str, status: str, since: date) -> Connection:
    """The row that follows, not yet kept; what was never connected has no numbers."""
    if status == Status.NEVER:
        account = meter = ""
    return Connection(
        provider_id=old.provider_id,
        service=old.service,
        holding_id=old.holding_id,
        account_number=account,
        account_key=_account_key(account),
        meter_number=meter,
        status=status,
        valid=DateRange(since, None),
    )


def _account_key(account: str) -> str:
    """The number as the database compares it: one normalisation, the database's."""
    with database.cursor() as cursor:
        cursor.execute("SELECT utilities_account_key(%s)", [account])
        return str(cursor.fetchone()[0])


def _changed(old: Connection, new: Connection) -> list[str]:
    facts = {"account": "account_number", "meter": "meter_number", "status": "status"}
    changed = [fact for fact, name in facts.items() if getattr(old, name) != getattr(new, name)]
    if not changed:
        raise BadInput(_("Nothing is different from what is on record."))
    return changed


def _refuse_day(old: Connection, since: date, today: date) -> None:
    if since > today:
        raise BadInput(_("This day lies in the future."), field="since")
    if since <= old.valid.lower:
        began = date_in(old.valid.lower, "bn" if (get_language() or "bn").startswith("bn") else "en")
        message = _("The state on record began on %(day)s: name a later day.") % {"day": began}
        raise BadInput(message, field="since")


def _refuse_account(old: Connection, new: Connection) -> None:
    others = Connection.objects.exclude(pk=old.pk).filter(
        provider_id=old.provider_id, service=old.service, valid__overlap=new.valid
    )
    if new.status != Status.NEVER and not new.account_key:
        raise BadInput(_("A connection that was ever made has an account number."), field="account_number")
    if new.account_key and others.filter(account_key=new.account_key).exists():
        raise BadInput(_("This account number is on record for another connection."), field="account_number")
    if new.status == Status.NEVER and others.filter(holding_id=old.holding_id).exists():
        raise BadInput(_("The holding has another account for this service."), field="status")
