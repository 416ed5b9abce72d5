"""The tax desk's links in the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from imis.navigation import Link
from imis.roles import Permission

LINKS = (
    Link(
        "tax:counter",
        _("Counter"),
        Permission.TAKE_PAYMENT,
        "counter",
        hint=_("Find a holding, take the payment, print the receipt"),
        icon="cash",
        order=20,
    ),
    Link(
        "tax:desk",
        _("Wards"),
        Permission.SEE_TAX,
        "tax",
        hint=_("Assess, preview and issue bills, print a whole ward"),
        icon="bill",
        order=30,
    ),
)
