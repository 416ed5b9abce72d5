"""Explanations, plans and states of the tax as the active language writes them.

`{% load tax_text %}`: {{ step|step_label }} · {{ step|step_note }} · {{ step.formula|formula }} · {{ plan|plan_name }}
· {{ quarter|instalment }}. A step is the stored JSON of `tax.rules.explanation.Step`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.template import Context
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from holdings.models import Mahalla, Road
from holdings.models.choices import Occupancy, Structure, Use
from imis import bangla
from imis.roles import PERMISSIONS, Permission, Role, may
from imis.templatetags.imis_text import percent, storey
from tax.models import Assessment
from tax.rules.variation import change_percent
from tax.rules.wording import words

register = template.Library()
_AMOUNT = re.compile(r"\d+\.\d{2}")
_BN_ORDINALS = {1: "১ম", 2: "২য়", 3: "৩য়", 4: "৪র্থ"}
_EN_ORDINALS = {1: "1st", 2: "2nd", 3: "3rd", 4: "4th"}


def _language() -> str:
    return "bn" if (get_language() or "bn").startswith("bn") else "en"


@register.filter
def step_label(step: Mapping[str, Any]) -> str:
    """The words of a step, as they were frozen with it."""
    return str(step[f"label_{_language()}"])


@register.filter
def step_note(step: Mapping[str, Any]) -> str:
    """What the step is about: an arrear's year, a unit's storey, use, structure and occupier, how many instalments."""
    inputs = step.get("inputs", {})
    notes = []
    if "fiscal_year" in inputs:
        notes.append(bangla.fiscal_year_in(int(inputs["fiscal_year"]), _language()))
    if "storey" in inputs:
        notes.append(storey(int(inputs["storey"])))
    if "use" in inputs:
        notes.append(str(Use(inputs["use"]).label))
    if "structure" in inputs and inputs.get("use") != Use.VACANT_LAND:
        notes.append(str(Structure(inputs["structure"]).label))
    if inputs.get("occupancy") == Occupancy.OWNER:
        notes.append(str(Occupancy.OWNER.label))
    if step["code"] in ("overdue", "future") and "quarters" in inputs:
        notes.append(_("%(n)s instalments") % {"n": _figures(inputs["quarters"])})
    return ", ".join(notes)


@register.filter
def formula(text: str) -> str:
    """A stored formula with its amounts grouped and its digits in the script of the language."""
    grouped = _AMOUNT.sub(lambda match: bangla.grouped(Decimal(match[0]), "en"), text or "")
    return _figures(grouped.replace(" %", "%"))


@register.filter
def step_formula(step: Mapping[str, Any]) -> str:
    """The sum behind a step, empty where it would only repeat the result."""
    text = str(step.get("formula") or "")
    return "" if text == step.get("result") else formula(text)


@register.inclusion_tag("tax/who.html", takes_context=True)
def who_may(context: Context, *acts: str) -> dict[str, Any]:
    """The line that says which offices may do the acts of a page, and which of them the reader may do."""
    words = _acts()
    user = context["request"].user
    lines = [
        {
            "act": words[act],
            "roles": ", ".join(str(role.label) for role in Role if Permission(act) in PERMISSIONS[role]),
            "you": may(user, Permission(act)),
        }
        for act in acts
    ]
    return {"lines": lines}


def _acts() -> dict[str, str]:
    return {
        "assess": _("Assess a ward"),
        "approve_assessment": _("Approve or reject a value"),
        "issue_bills": _("Issue bills"),
        "print_bills": _("Print the bills of a ward"),
        "take_payment": _("Take a payment"),
        "reverse_payment": _("Reverse a payment taken by another officer"),
    }


@register.filter
def plan_name(plan: str) -> str:
    """What a payer calls a plan of payment."""
    label_bn, label_en = words(f"offer.{plan}")
    return label_bn if _language() == "bn" else label_en


@register.filter
def place(named: Mahalla | Road) -> str:
    """The name of a mahalla or road in the language of the screen; its Bangla name where it has no other."""
    return str((named.name_en if _language() == "en" else "") or named.name_bn)


@register.filter
def signed_percent(change: Decimal) -> str:
    """A change in per cent with its sign: +১২.৫% or −৩০%."""
    return f"{'−' if change < 0 else '+'}{percent(abs(change))}"


@register.filter
def value_change(assessment: Assessment) -> str:
    """How far a proposed annual value is from the one before it, in per cent; a dash for a first value."""
    before = assessment.previous_annual_value
    change = None if before is None else change_percent(before, assessment.annual_value)
    return "–" if change is None else signed_percent(change)


@register.filter
def instalment(quarter: int) -> str:
    """১ম কিস্তি … ৪র্থ কিস্তি, or 1st instalment …"""
    if _language() == "bn":
        return f"{_BN_ORDINALS[int(quarter)]} কিস্তি"
    return f"{_EN_ORDINALS[int(quarter)]} instalment"


@register.filter
def skip_reason(code: str) -> str:
    """Why a holding gets no bill, or no assessment."""
    said = {
        "inactive": _("inactive"),
        "no_tax": _("no tax to pay"),
        "awaits_approval": _("value waits for approval"),
        "not_assessed": _("not assessed"),
        "assessment_ended": _("value ended with a relief or loan"),
        "no_units": _("no unit on record"),
        "no_rent_rate": _("no rent known"),
        "billed_before": _("issued before"),
    }
    return said.get(code, code)


def _figures(value: object) -> str:
    return bangla.digits(value) if _language() == "bn" else str(value)
