"""Closes a day: one link over all links since the last closed day, with the day's totals by account."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from imis import audit, spoken
from imis.errors import Refused
from imis.ledger.models import Seal
from imis.ledger.witnesses import unseen_rows
from imis.models import User

# Two closings at once would witness the same rows; 1 and 2 of this family are the chain's and the entries'.
_ONE_AT_A_TIME = [1229801811, 3]


def seal_day(*, day: date, by: User | None, at: datetime) -> Seal:
    """Closes `day` (in the city's time zone) and returns its seal; `by` is None for the nightly run.

    Days are closed in order, each once, none ahead of time: raises Refused otherwise. What is posted later on a
    closed day joins the next day's seal; so does a witnessed row that is committed later (imis.ledger.witnesses).
    """
    with transaction.atomic():
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", _ONE_AT_A_TIME)
                # Before the lock of the chain, which keeps every cashier waiting: this reads a day's rows.
                seen = unseen_rows()
                cursor.execute("SELECT ledger_seal_day(%s, %s, %s)", [day, settings.TIME_ZONE, seen])
                (pk,) = cursor.fetchone()
        except IntegrityError as error:
            raise Refused(
                _("%(day)s cannot be closed: it is closed already, a later day is, or it has not come.")
                % {"day": spoken.day(day)}
            ) from error
        seal = Seal.objects.get(pk=pk)
        audit.record(by=by, at=at, action="seal_day", object_type="seal", object_id=pk, day=day)
    return seal
