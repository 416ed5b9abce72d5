"""The sludge service's links in the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fsm.queries.requests import waiting_for_office
from imis.navigation import Link
from imis.roles import Permission

LINKS = (
    Link(
        "fsm:driver",
        _("My jobs"),
        Permission.DRIVE,
        "sludge",
        hint=_("Today's tanks: begin, loads, photos"),
        icon="truck",
        order=40,
    ),
    Link(
        "fsm:plant",
        _("Plant gate"),
        Permission.RECEIVE_SLUDGE,
        "sludge",
        hint=_("Receive loads and measure them"),
        icon="truck",
        order=41,
    ),
    Link(
        "fsm:board",
        _("Board of requests"),
        Permission.SEE_SLUDGE,
        "sludge",
        hint=_("Who waits, who was sent, what is on the way"),
        icon="truck",
        order=42,
        waiting=waiting_for_office,
    ),
    Link(
        "fsm:new",
        _("Take a request"),
        Permission.MANAGE_SLUDGE,
        "sludge",
        hint=_("At the counter or on the telephone"),
        icon="assess",
        order=43,
    ),
    Link(
        "fsm:fees",
        _("Sludge fees"),
        Permission.TAKE_SLUDGE_FEE,
        "sludge",
        hint=_("Take the fee, print the receipt"),
        icon="cash",
        order=44,
    ),
    Link(
        "fsm:report",
        _("Monthly report"),
        Permission.SEE_SLUDGE,
        "sludge",
        hint=_("Indicators, volumes and fees of a month"),
        icon="book",
        order=46,
    ),
    Link(
        "fsm:fleet",
        _("Fleet and prices"),
        Permission.SEE_SLUDGE,
        "sludge",
        hint=_("Providers, vehicles, drivers, plants, tariff"),
        icon="people",
        order=47,
        tile=False,
    ),
)
