"""Sewers and connections, for the audit log."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from imis.models import User
from imis.roles import Permission, may
from imis.whereabouts import Addresses, Find, whole
from utilities.models import Connection, Sewer


def _sewers(keys: Sequence[str], user: User) -> Addresses:
    rows = Sewer.objects.filter(pk__in=whole(keys)).values_list("pk", "ward_id")
    seen = [pk for pk, ward in rows if may(user, Permission.SEE_UTILITIES, ward=ward)]
    return {str(pk): reverse("utilities:sewer", args=[pk]) for pk in seen}


def _connections(keys: Sequence[str], user: User) -> Addresses:
    """A connection is looked at on its holding's page."""
    rows = Connection.objects.filter(pk__in=whole(keys)).values_list("pk", "holding_id", "holding__ward_id")
    return {
        str(pk): reverse("holdings:detail", args=[holding])
        for pk, holding, ward in rows
        if may(user, Permission.SEE_UTILITIES, ward=ward) and may(user, Permission.SEE_REGISTER, ward=ward)
    }


THINGS: dict[str, Find] = {"sewer": _sewers, "connection": _connections}
