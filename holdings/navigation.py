"""The register's links in the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from imis.navigation import Link
from imis.roles import Permission

LINKS = (
    Link(
        "holdings:register",
        _("Find a holding"),
        Permission.SEE_REGISTER,
        "register",
        hint=_("By holding number, owner or mobile"),
        icon="search",
        order=12,
    ),
    Link(
        "holdings:surveys",
        _("Survey files"),
        Permission.IMPORT_SURVEY,
        "register",
        hint=_("Bring in a survey, see its problems, apply it to the register"),
        icon="import",
        order=14,
    ),
    Link(
        "intake:files",
        _("Files from outside"),
        Permission.IMPORT_FILES,
        "register",
        hint=_("Bring in drains, pipes, lines, accounts and the like, see their problems, enter them"),
        icon="import",
        order=15,
    ),
)
