"""The auditor's links into the books."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from imis.navigation import Link
from imis.roles import Permission

LINKS = (
    Link(
        "ledger:day_book",
        _("Day book"),
        Permission.SEE_AUDIT,
        "control",
        hint=_("Every entry of a day with its lines and receipt"),
        icon="book",
        order=80,
    ),
    Link(
        "ledger:trial_balance",
        _("Trial balance"),
        Permission.SEE_AUDIT,
        "control",
        hint=_("Debits, credits and balance of every account"),
        icon="book",
        order=82,
    ),
    Link(
        "ledger:chain",
        _("Proof of the books"),
        Permission.SEE_AUDIT,
        "control",
        hint=_("Whether any row was altered, put in or taken away"),
        icon="shield",
        order=84,
    ),
)
