"""The days a bill may bear: its two dates are printed, posted and judged by, and an issued bill is never taken back."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext as _

from imis import spoken
from imis.errors import BadInput
from imis.fiscal import FiscalYear, quarter_start

# A run that was kept waiting may bear its planned day; one made ahead may be dated to the coming quarter.
DAYS_BACK, DAYS_AHEAD = 30, 60


def check_bill_dates(*, fiscal_year: int, quarter: int, issued_on: date, due_on: date, today: date) -> None:
    """BadInput, naming the field, for an issue date far from `today` or a last date nobody can keep.

    A last date before the quarter begins would ask for it at the price of a day on which it is not due.
    """
    first, last = today - timedelta(days=DAYS_BACK), today + timedelta(days=DAYS_AHEAD)
    begins = quarter_start(FiscalYear(fiscal_year), quarter)
    if not first <= issued_on <= last:
        raise BadInput(
            _("The issue date lies too far from today."),
            field="issued_on",
            remedy=_("Choose an issue date from %(first)s to %(last)s.")
            % {"first": spoken.day(first), "last": spoken.day(last)},
        )
    if due_on < issued_on:
        raise BadInput(
            _("The last date lies before the issue date."), field="due_on", remedy=_("Choose a later last date.")
        )
    if due_on < today:
        raise BadInput(_("The last date has already passed."), field="due_on", remedy=_("Choose today or a later day."))
    if due_on < begins:
        raise BadInput(
            _("The last date lies before the instalment begins."),
            field="due_on",
            remedy=_("Choose a last date from %(day)s on.") % {"day": spoken.day(begins)},
        )
