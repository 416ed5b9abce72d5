"""What every page shows: the menu of its user and whose system it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from imis.models import User
from imis.navigation import Shown, links_for


def page(request: HttpRequest) -> dict[str, Any]:
    """`menu` (sections of links), `corporation` (name in the active language), `demo` (True in a demo)."""
    language = "bn" if (get_language() or "bn").startswith("bn") else "en"
    return {
        "menu": SimpleLazyObject(lambda: _menu(request)),
        "corporation": settings.CORPORATION[f"name_{language}"],
        "demo": settings.DEMO,
    }


def _menu(request: HttpRequest) -> Sequence[Shown]:
    # request.user is lazy: isinstance looks at the real user behind it.
    user = getattr(request, "user", None)
    return links_for(user) if isinstance(user, User) else []
