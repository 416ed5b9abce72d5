"""The words the map's script shows; it has none of its own."""

from __future__ import annotations

from django.utils.translation import gettext as _


def map_words() -> dict[str, str]:
    """Words in the active language, by the script's names for them."""
    return {
        "ward": _("Ward"),
        "metre": _("m"),
        "kilometre": _("km"),
        "square_metre": _("m²"),
        "square_kilometre": _("km²"),
        "nothing": _("Nothing found."),
        "failed": _("The search did not answer. Try again."),
        "unplaced": _("This holding has no building on the map yet."),
        "session": _("Your session has ended. Sign in again."),
        "tiles": _("Part of the map did not load."),
        "webgl": _("This browser cannot draw the map (WebGL is off)."),
    }
