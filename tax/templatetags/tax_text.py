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
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from holdings.models.choices import Use
from imis import bangla
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
    """What the step is about: the year of an arrear, the storey and use of a unit, the number of instalments."""
    inputs = step.get("inputs", {})
    notes = []
    if "fiscal_year" in inputs:
        notes.append(bangla.fiscal_year_in(int(inputs["fiscal_year"]), _language()))
    if "storey" in inputs:
        notes.append(_storey(int(inputs["storey"])))
    if "use" in inputs:
        notes.append(str(Use(inputs["use"]).label))
    if step["code"] in ("overdue", "future") and "quarters" in inputs:
        notes.append(_("%(n)s instalments") % {"n": _figures(inputs["quarters"])})
    return ", ".join(notes)


@register.filter
def formula(text: str) -> str:
    """A stored formula with its amounts grouped and its digits in the script of the language."""
    grouped = _AMOUNT.sub(lambda match: bangla.grouped(Decimal(match[0]), "en"), text or "")
    return _figures(grouped)


@register.filter
def plan_name(plan: str) -> str:
    """What a payer calls a plan of payment."""
    label_bn, label_en = words(f"offer.{plan}")
    return label_bn if _language() == "bn" else label_en


@register.filter
def instalment(quarter: int) -> str:
    """১ম কিস্তি … ৪র্থ কিস্তি, or 1st instalment …"""
    if _language() == "bn":
        return f"{_BN_ORDINALS[int(quarter)]} কিস্তি"
    return f"{_EN_ORDINALS[int(quarter)]} instalment"


@register.filter
def skip_reason(code: str) -> str:
    """Why a holding gets no bill."""
    said = {
        "inactive": _("inactive"),
        "no_tax": _("no tax to pay"),
        "awaits_approval": _("value waits for approval"),
        "not_assessed": _("not assessed"),
        "billed_before": _("issued before"),
    }
    return said.get(code, code)


def _storey(storey: int) -> str:
    if storey < 0:
        return _("basement")
    if storey == 0:
        return _("ground floor")
    # Bangla counts the ground floor as the first: the storey above it is the second.
    return _("storey %(n)s") % {"n": _figures(storey + 1 if _language() == "bn" else storey)}


def _figures(value: object) -> str:
    return bangla.digits(value) if _language() == "bn" else str(value)
