"""What the register knows of one holding, for its page and its panel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from holdings.models import Building, Holding, Ownership, SurveyRow, Unit


@dataclass(frozen=True)
class HoldingCard:
    """One holding with what stands on it and who owns it on a day, and where the register has it from."""

    holding: Holding
    buildings: Sequence[Building]
    units: Sequence[Unit]
    ownerships: Sequence[Ownership]
    children: Sequence[Holding]
    survey_row: SurveyRow | None


def holding_card(holding_id: int, on: date) -> HoldingCard:
    """The card of one holding as it is on a day; raises Holding.DoesNotExist. A fixed number of queries (6)."""
    holding = Holding.objects.select_related("ward", "road", "mahalla", "parent", "survey_row__file__staged_by").get(
        pk=holding_id
    )
    return HoldingCard(
        holding=holding,
        buildings=list(holding.buildings.order_by("bin")),
        units=list(holding.units.filter(valid__contains=on).select_related("building").order_by("storey", "pk")),
        ownerships=list(holding.ownerships.filter(valid__contains=on).select_related("owner").order_by("-share", "pk")),
        children=list(holding.children.order_by("number_key")),
        survey_row=holding.survey_row,
    )
