"""Reads of providers, vehicles, crews and plants; the tariff and the assumptions in force on a day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from fsm.models import CrewMember, Population, Provider, SludgeRate, Tariff, TreatmentPlant, Vehicle


def tariff_on(day: date) -> Tariff | None:
    """The tariff in force on a day."""
    return Tariff.objects.filter(valid__contains=day).first()


def tariffs() -> QuerySet[Tariff]:
    """All tariffs, newest first."""
    return Tariff.objects.order_by("-valid")


def providers() -> QuerySet[Provider]:
    """Providers that work now."""
    return Provider.objects.filter(active=True).order_by("name_bn")


def vehicles() -> QuerySet[Vehicle]:
    """Vehicles on the road, by provider and plate."""
    return (
        Vehicle.objects.filter(active=True, provider__active=True)
        .select_related("provider")
        .order_by("provider__name_bn", "plate")
    )


def crew() -> QuerySet[CrewMember]:
    """The people of all crews, by provider."""
    return (
        CrewMember.objects.filter(active=True)
        .select_related("provider", "user")
        .order_by("provider__name_bn", "kind", "name_bn")
    )


def drivers() -> QuerySet[CrewMember]:
    """Those who can be sent, by provider."""
    return crew().filter(kind="driver", provider__active=True)


def plants() -> QuerySet[TreatmentPlant]:
    """Plants that receive sludge now, the largest first."""
    return TreatmentPlant.objects.filter(active=True).order_by("-capacity_m3_day", "name_bn")


def people_without_sewer(on: date, wards: list[int] | None = None) -> dict[int, int]:
    """People on non-sewered systems by the last count up to `on`, by ward; a ward that was never counted is missing."""
    counts = Population.objects.filter(counted_on__lte=on)
    if wards is not None:
        counts = counts.filter(ward_id__in=wards)
    last = counts.order_by("ward", "-counted_on").distinct("ward")
    return dict(last.values_list("ward_id", "non_sewered"))


def population_without_sewer(on: date, wards: list[int] | None = None) -> int | None:
    """The people of all counted wards together; None when no ward was counted."""
    counted = people_without_sewer(on, wards)
    return sum(counted.values()) if counted else None


def sludge_rate_on(day: date) -> Decimal | None:
    """Millilitres a head a day that are assumed on a day."""
    return (
        SludgeRate.objects.filter(since__lte=day).order_by("-since").values_list("ml_per_head_day", flat=True).first()
    )


def sludge_rates() -> list[tuple[date, Decimal]]:
    """Every stated rate with the day from which on it is in force: (since, ml a head a day)."""
    return list(SludgeRate.objects.order_by("since").values_list("since", "ml_per_head_day"))
