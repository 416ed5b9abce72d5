"""Who may know for whom the sludge service works: one rule for pages, papers and the REST doors."""

from __future__ import annotations

from imis.models import User
from imis.roles import Permission, may

_KNOW = (Permission.SEE_PEOPLE, Permission.MANAGE_SLUDGE)


def sees_people(user: User, ward: int | None = None) -> bool:
    """Whether `user` may read names, mobiles, addresses and free text of a ward's requests.

    None asks about rows that are narrowed to the user's wards.
    """
    return any(may(user, each, ward=ward) for each in _KNOW)
