"""The utilities' link in the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from imis.navigation import Link
from imis.roles import Permission

LINKS = (
    Link(
        "utilities:overview",
        _("Networks and connections"),
        Permission.SEE_UTILITIES,
        "utilities",
        hint=_("Drains, sewers, water, electricity, and who is connected"),
        icon="map",
        order=45,
    ),
)
