"""What the things are called that an audit row names by a code and not by a number: all sewers, a layer of the map.

The stored code stays as it is; a test asks for the title of every layer.
"""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from imis import bangla

TITLES: dict[str, dict[str, Any]] = {
    "layers": {
        "summaries": _("Sums of the whole city"),
        "wards": _("Wards"),
        "roads": _("Roads"),
        "drains": _("Drains"),
        "sewers": _("Sewers"),
        "water_mains": _("Water mains"),
        "electricity_lines": _("Electricity lines"),
        "water_connections": _("Water connections"),
        "sewer_connections": _("Sewer connections"),
        "electricity_connections": _("Electricity connections"),
        "buildings_near_sewers": _("Buildings that could join a sewer"),
        "buildings": _("Buildings"),
        "buildings_by_ward": _("Buildings by ward"),
        "buildings_by_cell": _("Buildings by square of the map"),
        "buildings_by_tax_status": _("Tax payment status"),
        "tax_status_by_ward": _("Tax payment status by ward"),
        "tax_status_by_cell": _("Tax payment status by square of the map"),
        "containments": _("Containments"),
        "treatment_plants": _("Treatment plants"),
        "requests_by_state": _("Emptying requests by state"),
    },
    "ward_bills": {"old": _("those past their time")},
    "demo": {
        "register": _("Register"),
        "tax facts": _("Facts of the tax"),
        "assessment branch today": _("Assessment branch today"),
        "counter today": _("Counter today"),
        "assessment": _("Assessment"),
        "bills": _("Bills"),
        "payments": _("Payments"),
        "sludge": _("Faecal sludge"),
        "utilities": _("Utilities"),
        "finished": _("Finished"),
    },
}
_ALL = _("all")
# A step of the demonstration: what, then the day or the quarter for which.
_STEP = re.compile(r"(?P<what>[a-z]+) (?P<when>[0-9-]+)(?: Q(?P<quarter>[1-4]))?")


def title(kind: str, code: str) -> str:
    """What `code` stands for among things of `kind` in the active language; a number stays as it is."""
    if code == "all":
        return str(_ALL)
    known = TITLES.get(kind, {})
    step = _STEP.fullmatch(code) if kind == "demo" else None
    return f"{known.get(step['what'], step['what'])} {_when(step)}" if step else str(known.get(code, code))


def _when(step: re.Match[str]) -> str:
    lang = "bn" if (get_language() or "bn").startswith("bn") else "en"
    when = bangla.digits(step["when"]) if lang == "bn" else step["when"]
    if not step["quarter"]:
        return when
    return f"{when}, {bangla.ordinal(int(step['quarter']), lang)} {_('instalment')}"
