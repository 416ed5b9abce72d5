"""The networks: their lines, and how much of each there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from holdings.intake.spec import Text
from imis.access import in_scope
from imis.models import User
from utilities.models import Drain, ElectricityLine, Sewer, WaterMain
from utilities.models.networks import Line


@dataclass(frozen=True, eq=False)
class Network:
    """One kind of line: its address, title, model, layer, and the columns that a list shows beside the common ones."""

    slug: str
    title: Text
    model: type[Line]
    layer: str
    columns: tuple[str, ...]


NETWORKS: dict[str, Network] = {
    network.slug: network
    for network in (
        Network("drains", _("Drains"), Drain, "drains", ("cover", "surface", "material", "width_mm", "depth_mm")),
        Network("sewers", _("Sewers"), Sewer, "sewers", ("side", "material", "diameter_mm", "plant")),
        Network("water-mains", _("Water mains"), WaterMain, "water_mains", ("rank", "material", "diameter_mm")),
        Network(
            "electricity-lines", _("Electricity lines"), ElectricityLine, "electricity_lines", ("voltage", "carried")
        ),
    )
}


@dataclass(frozen=True)
class Total:
    """How many lines a network has, and their length in kilometres."""

    network: Network
    lines: int
    kilometres: Decimal


def network_lines(network: Network, user: User, *, text: str = "", ward: int | None = None) -> QuerySet[Line]:
    """The lines of a network in the user's wards, by code; `text` is a part of the code."""
    lines = in_scope(network.model._default_manager.all(), user, "ward_id").defer("geom")
    lines = lines.select_related("road", "provider").order_by("code")
    if text:
        lines = lines.filter(code__icontains=text)
    return lines if ward is None else lines.filter(ward_id=ward)


def network_totals(user: User) -> Sequence[Total]:
    """The size of each network in the user's wards."""
    totals = []
    for network in NETWORKS.values():
        lines = in_scope(network.model._default_manager.all(), user, "ward_id")
        found = lines.aggregate(lines=Count("pk"), metres=Sum("length_m"))
        totals.append(Total(network, found["lines"], round((found["metres"] or Decimal(0)) / 1000, 2)))
    return totals
