"""States, volumes and fee steps as the active language writes them.

`{% load sludge_text %}`: {{ amount|m3 }} · {{ state|state_badge }} · {{ code|state_words }} · {{ step|fee_label }}
· {{ step|fee_formula }} · {{ thing|named }}
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fsm.models import State, Step
from imis.paper.figures import Figures
from imis.templatetags.imis_text import num

register = template.Library()
_BADGES = {
    "requested": "warn", "verified": "info", "assigned": "info", "emptying": "info", "in_transit": "info",
    "received": "ok", "closed": "ok", "failed": "bad", "rejected": "bad", "cancelled": "",
}  # fmt: skip


def _language() -> str:
    return "bn" if (get_language() or "bn").startswith("bn") else "en"


@register.filter
def m3(amount: Decimal | None) -> str:
    """A volume with its unit; a dash when it is not known."""
    return "–" if amount is None else _("%(amount)s m³") % {"amount": num(amount)}


@register.filter
def state_words(code: str) -> str:
    """The words of a state's code."""
    return str(State(code).label) if code else "–"


@register.filter
def step_words(code: str) -> str:
    """The words of a step's code."""
    return str(Step(code).label)


@register.filter
def state_badge(code: str) -> str:
    """The colour class of a state."""
    return _BADGES.get(str(code), "")


@register.filter
def fee_label(step: Mapping[str, Any]) -> str:
    """The words of a step of a fee, as they were frozen with it."""
    return str(step[f"label_{_language()}"])


@register.filter
def fee_formula(step: Mapping[str, Any]) -> str:
    """The sum of a step in the digits of the language."""
    return Figures(_language()).formula(step.get("formula"))


@register.filter
def named(thing: Any) -> str:
    """A place or body by its name in the active language."""
    return str(getattr(thing, f"name_{_language()}") or thing.name_bn)
