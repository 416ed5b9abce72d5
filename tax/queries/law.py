"""The rule sets and charge heads in force."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from imis import spoken
from imis.errors import Refused
from tax.models import ChargeHead, RentRate, RuleSet
from tax.rules.ruleset import Parameters
from tax.rules.valuation import RentRate as Rate
from tax.rules.valuation import RentTable


def rule_set_on(day: date) -> RuleSet:
    """The adopted rule set whose validity contains `day`. Refused when there is none."""
    found = RuleSet.objects.filter(state=RuleSet.State.ADOPTED, valid__contains=day).first()
    if found is None:
        raise Refused(
            _("No rule set is in force on %(day)s.") % {"day": spoken.day(day)},
            remedy=_("Adopt a rule set for that day first."),
        )
    return found


def parameters_on(day: date) -> Parameters:
    """The parameters in force on `day`. Refused when there are none, or none that can be read."""
    found = rule_set_on(day)
    try:
        return Parameters.from_json(found.parameters)
    except ValueError as error:
        raise Refused(
            _("The rule set %(code)s cannot be read.") % {"code": found.code},
            remedy=_("Tell the administrator: the check of the books names what is wrong with it."),
        ) from error


def head_names() -> dict[str, tuple[str, str]]:
    """Bangla and English name of every charge head, by code."""
    return {code: (bn, en) for code, bn, en in ChargeHead.objects.values_list("code", "name_bn", "name_en")}


def head_ranks() -> dict[str, int]:
    """Order of allocation of every charge head, by code."""
    return dict(ChargeHead.objects.values_list("code", "allocation_rank"))


def rent_table(rule_set: RuleSet) -> RentTable:
    """The rent table of a rule set, for the Python rules."""
    rows = RentRate.objects.filter(rule_set=rule_set).values_list(
        "zone", "use", "frontage", "structure", "storey_from", "storey_to", "monthly_rate"
    )
    return RentTable(tuple(Rate(*row) for row in rows))
