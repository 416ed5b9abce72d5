"""The parts of a bill's print that are the same for every bill of an issue."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.conf import settings

from imis.fiscal import Period
from tax.queries.statements import label_json
from tax.rules.allocation import IN_TIME, Plan
from tax.rules.position import group_of
from tax.rules.ruleset import Group, Parameters
from tax.rules.wording import words

_MOST_QUARTERS = 5
# Which plan reaches the bill's own quarter, as bill_insert numbers them; 0 for what stands before all of them.
_REACH = {Group.CURRENT: 1, Group.FUTURE: 2}


def printed_words(parameters: Parameters, period: Period, issued_on: date, due_on: date) -> dict[str, Any]:
    """Rates, their texts, the heading and the offers' words, as the statement bill_insert wants them."""
    own = group_of(period, due_on, parameters)
    in_time = own in IN_TIME
    rebates = [parameters.rebate_percent(n) for n in range(1, _MOST_QUARTERS + 1)]
    return {
        "own_group": own.value,
        # A quarter demanded by a payment that is reported after its year has closed is in no plan either: it is paid.
        "own_reach": _REACH.get(own, 0),
        "surcharge": parameters.surcharge_percent,
        "surcharge_text": f"{parameters.surcharge_percent:f}",
        "rebates": rebates,
        "rebate_texts": [f"{rate:f}" for rate in rebates],
        "rebate_now": rebates[0] if in_time else 0,
        "rebate_now_text": f"{rebates[0]:f}" if in_time else "0",
        "unit": parameters.rounding_unit,
        "head": json.dumps({"corporation": settings.CORPORATION}, ensure_ascii=False)[:-1],
        "bill": f'","fiscal_year":{period.fiscal_year},"quarter":{period.quarter},'
        f'"issued_on":"{issued_on.isoformat()}","due_on":"{due_on.isoformat()}"}},"holding":{{"id":',
        "no_mahalla": ',"mahalla_bn":"","mahalla_en":""',
        "no_road": ',"road_bn":"","road_en":""',
        "pay_by": f'","pay_by":"{due_on.isoformat()}"}}',
        **{f"offer_{plan.value}": label_json(plan.value, words(f"offer.{plan.value}")) for plan in Plan},
    }
