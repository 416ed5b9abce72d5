"""What is known of the connections of holdings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from imis.access import in_scope
from imis.models import User
from utilities.models import Connection, Provider
from utilities.models.choices import Service, Status


@dataclass(frozen=True)
class HoldingService:
    """One service of one holding: what is in force, and what was before (the latest first)."""

    service: Service
    now: Sequence[Connection]
    before: Sequence[Connection]


@dataclass(frozen=True)
class ServiceCount:
    """How many holdings' connections of one provider and service are in which state."""

    provider: str
    name_bn: str
    name_en: str
    service: str
    connected: int
    disconnected: int
    never: int


def holding_services(holding_id: int, on: date) -> list[HoldingService]:
    """The services of a holding of which anything is known, as of a day, in the order of Service."""
    rows = list(
        Connection.objects.filter(holding_id=holding_id).select_related("provider").order_by("-valid", "provider", "pk")
    )
    found = []
    for service in Service:
        mine = [row for row in rows if row.service == service]
        now = [row for row in mine if row.valid.lower <= on and (row.valid.upper is None or on < row.valid.upper)]
        if mine:
            found.append(HoldingService(service, now, [row for row in mine if row not in now]))
    return found


def connection_counts(user: User) -> list[ServiceCount]:
    """Connections in force in the user's wards, by provider, service and status."""
    rows = in_scope(Connection.objects.filter(valid__endswith=None), user, "holding__ward_id")
    counted: dict[tuple[str, str], dict[str, int]] = {}
    for provider, service, status, number in (
        rows.order_by().values_list("provider", "service", "status").annotate(number=Count("pk"))
    ):
        counted.setdefault((provider, service), {})[status] = number
    names = dict(Provider.objects.values_list("code", "name_bn")), dict(Provider.objects.values_list("code", "name_en"))
    return [
        ServiceCount(
            provider,
            names[0][provider],
            names[1][provider],
            str(Service(service).label),
            by_status.get(Status.CONNECTED, 0),
            by_status.get(Status.DISCONNECTED, 0),
            by_status.get(Status.NEVER, 0),
        )
        for (provider, service), by_status in sorted(counted.items())
    ]
