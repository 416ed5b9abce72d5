"""Who empties, with what, and where the sludge goes; what it costs and what is assumed."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fsm.models.choices import CrewKind, PlantKind
from fsm.rules.fees import Tariff as TariffRule
from holdings.models import Ward
from imis.models import User


class Provider(models.Model):
    """The corporation's own fleet or a company that empties for it."""

    name_bn = models.CharField(_("name in Bangla"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120)
    phone = models.CharField(_("office phone"), max_length=20, blank=True)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("provider")
        verbose_name_plural = _("providers")
        constraints = [models.UniqueConstraint(fields=["name_bn"], name="provider_named_once")]

    def __str__(self) -> str:
        return self.name_bn


class Vehicle(models.Model):
    """A vacutug; `capacity_m3` bounds what one trip can carry."""

    plate = models.CharField(_("number plate"), max_length=30)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="vehicles", verbose_name=_("provider"))
    capacity_m3 = models.DecimalField(_("capacity (m³)"), max_digits=6, decimal_places=2)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("vehicle")
        verbose_name_plural = _("vehicles")
        constraints = [
            models.UniqueConstraint(fields=["plate"], name="vehicle_plate_once"),
            models.CheckConstraint(name="vehicle_holds_something", condition=Q(capacity_m3__gt=0)),
        ]

    def __str__(self) -> str:
        return self.plate


class CrewMember(models.Model):
    """A driver or emptier of a provider; a driver has an account to work with on the phone."""

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="crew", verbose_name=_("provider"))
    name_bn = models.CharField(_("name in Bangla"), max_length=120)
    kind = models.CharField(_("work"), max_length=10, choices=CrewKind.choices)
    user = models.OneToOneField(User, models.PROTECT, null=True, related_name="crew_member", verbose_name=_("account"))
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("crew member")
        verbose_name_plural = _("crew")
        constraints = [
            models.CheckConstraint(name="driver_has_an_account", condition=~Q(kind="driver") | Q(user__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name_bn


class TreatmentPlant(models.Model):
    """Where trips end. Geometry in EPSG:3857."""

    name_bn = models.CharField(_("name in Bangla"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120)
    kind = models.CharField(_("kind"), max_length=20, choices=PlantKind.choices, default=PlantKind.FSTP)
    capacity_m3_day = models.DecimalField(_("capacity (m³ a day)"), max_digits=8, decimal_places=2, null=True)
    geom = models.PointField(srid=3857)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("treatment plant")
        verbose_name_plural = _("treatment plants")
        constraints = [models.UniqueConstraint(fields=["name_bn"], name="plant_named_once")]

    def __str__(self) -> str:
        return self.name_bn


class Tariff(models.Model):
    """The price of an emptying between two dates: taka a call, taka a m³, and the lowest fee."""

    valid = DateRangeField(_("valid"))
    call_out_amount = models.DecimalField(_("call-out fee"), max_digits=14, decimal_places=2)
    per_m3_amount = models.DecimalField(_("taka a m³"), max_digits=14, decimal_places=2)
    minimum_amount = models.DecimalField(_("lowest fee"), max_digits=14, decimal_places=2)
    authority = models.CharField(_("decided by"), max_length=200)

    class Meta:
        verbose_name = _("tariff")
        verbose_name_plural = _("tariffs")
        constraints = [
            ExclusionConstraint(name="one_sludge_tariff_in_force", expressions=[("valid", RangeOperators.OVERLAPS)]),
            models.CheckConstraint(
                name="sludge_tariff_not_negative",
                condition=Q(call_out_amount__gte=0) & Q(per_m3_amount__gte=0) & Q(minimum_amount__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.valid.lower}: {self.per_m3_amount}"

    @property
    def rule(self) -> TariffRule:
        """The tariff as the rules read it."""
        return TariffRule(str(self.pk), self.call_out_amount, self.per_m3_amount, self.minimum_amount)


class Population(models.Model):
    """How many people of a ward live on systems without a sewer, as counted on a day."""

    ward = models.ForeignKey(Ward, models.PROTECT, related_name="+", verbose_name=_("ward"))
    counted_on = models.DateField(_("counted on"))
    non_sewered = models.PositiveIntegerField(_("people without a sewer"))
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        verbose_name = _("population without a sewer")
        constraints = [models.UniqueConstraint(fields=["ward", "counted_on"], name="population_counted_once_a_day")]

    def __str__(self) -> str:
        return f"{self.ward_id} {self.counted_on}: {self.non_sewered}"


class SludgeRate(models.Model):
    """How much sludge a person makes a day, in millilitres, from a day on (270 to 280 is usual)."""

    since = models.DateField(_("since"), unique=True)
    ml_per_head_day = models.DecimalField(_("ml a head a day"), max_digits=7, decimal_places=2)
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        verbose_name = _("sludge a head")
        constraints = [models.CheckConstraint(name="sludge_rate_positive", condition=Q(ml_per_head_day__gt=0))]

    def __str__(self) -> str:
        return f"{self.since}: {self.ml_per_head_day}"
