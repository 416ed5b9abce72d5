"""What every page shows: the menu of its user and whose system it is."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from imis.navigation import links_for


def page(request: HttpRequest) -> dict[str, Any]:
    """`menu` (sections of links), `corporation` (name in the active language), `demo` (True in a demo)."""
    language = "bn" if (get_language() or "bn").startswith("bn") else "en"
    return {
        "menu": SimpleLazyObject(lambda: links_for(request.user) if hasattr(request, "user") else []),
        "corporation": settings.CORPORATION[f"name_{language}"],
        "demo": settings.DEMO,
    }
