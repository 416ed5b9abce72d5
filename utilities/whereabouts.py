"""Sewers, for the audit log."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from imis.models import User
from imis.roles import Permission, may
from imis.whereabouts import Addresses, Find, whole
from utilities.models import Sewer


def _sewers(keys: Sequence[str], user: User) -> Addresses:
    rows = Sewer.objects.filter(pk__in=whole(keys)).values_list("pk", "ward_id")
    seen = [pk for pk, ward in rows if may(user, Permission.SEE_UTILITIES, ward=ward)]
    return {str(pk): reverse("utilities:sewer", args=[pk]) for pk in seen}


THINGS: dict[str, Find] = {"sewer": _sewers}
