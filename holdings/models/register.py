"""Holdings, their owners, buildings and units."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from holdings.models.choices import Frontage, Occupancy, Structure, Use
from holdings.models.places import Building, Mahalla, Road, Ward


class Holding(models.Model):
    """What the tax is charged on, under one holding number.

    `number_written` is kept as it stands on the door; `number_key` is its normal form
    (holdings.rules.identity), unique by ward and road. `code` has Khulna's shape WW-RRR-HHHH-SS.
    `route_order` is the place in the collector's walk through the ward.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        INACTIVE = "inactive", _("Inactive")

    ward = models.ForeignKey(
        Ward, models.PROTECT, related_name="holdings", verbose_name=_("ward"), db_index=False, db_constraint=False
    )
    road = models.ForeignKey(
        Road, models.PROTECT, null=True, related_name="holdings", verbose_name=_("road"), db_constraint=False
    )
    mahalla = models.ForeignKey(
        Mahalla, models.PROTECT, null=True, related_name="holdings", verbose_name=_("mahalla"), db_index=False
    )
    number_written = models.CharField(_("holding number"), max_length=40)
    number_key = models.CharField(_("normalised number"), max_length=40)
    code = models.CharField(_("holding code"), max_length=20, null=True)
    old_number = models.CharField(_("old holding no."), max_length=40, blank=True)
    frontage = models.CharField(_("frontage"), max_length=10, choices=Frontage.choices, default=Frontage.LANE)
    route_order = models.PositiveIntegerField(_("place on the route"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.ACTIVE)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children", db_index=False)
    survey_row = models.ForeignKey(
        "holdings.SurveyRow", models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )
    buildings = models.ManyToManyField(Building, through="HoldingBuilding", related_name="holdings")

    class Meta:
        verbose_name = _("holding")
        verbose_name_plural = _("holdings")
        constraints = [
            models.UniqueConstraint("ward", Coalesce("road", 0), "number_key", name="holding_number_once_on_road"),
            # The operator class lets one index serve equality and prefix search.
            models.UniqueConstraint(fields=["code"], name="holding_code_once", opclasses=["varchar_pattern_ops"]),
            models.CheckConstraint(name="holding_number_not_empty", condition=~Q(number_key="")),
        ]
        indexes = [
            models.Index(fields=["ward", "route_order"], name="holding_route"),
            # Few holdings have them: the indexes hold only those.
            models.Index(fields=["mahalla"], name="holding_mahalla", condition=Q(mahalla__isnull=False)),
            models.Index(fields=["parent"], name="holding_parent", condition=Q(parent__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.code or self.number_written


class Owner(models.Model):
    """A person or body that owns holdings. Personal data: never in a log or a public layer."""

    name_bn = models.CharField(_("owner's name"), max_length=150)
    name_en = models.CharField(_("owner's name in English"), max_length=150, blank=True)
    guardian_name = models.CharField(_("father/husband"), max_length=150, blank=True)
    mobile = models.CharField(_("mobile"), max_length=15, blank=True)

    class Meta:
        verbose_name = _("owner")
        verbose_name_plural = _("owners")
        indexes = [models.Index(fields=["mobile"], name="owner_mobile")]

    def __str__(self) -> str:
        return self.name_bn


class NameWord(models.Model):
    """One distinct word of the owners' names, kept by a database trigger; fuzzy search matches these."""

    word = models.TextField(primary_key=True)

    def __str__(self) -> str:
        return self.word


class Ownership(models.Model):
    """Who owns which share of a holding, and when; shares in force on a day sum to 1."""

    holding = models.ForeignKey(Holding, models.PROTECT, related_name="ownerships")
    owner = models.ForeignKey(Owner, models.PROTECT, related_name="ownerships")
    share = models.DecimalField(_("share"), max_digits=9, decimal_places=8, default=1)
    valid = DateRangeField(_("valid"))

    class Meta:
        verbose_name = _("ownership")
        constraints = [
            models.CheckConstraint(name="ownership_share_in_0_1", condition=Q(share__gt=0) & Q(share__lte=1)),
            ExclusionConstraint(
                name="ownership_once_at_a_time",
                expressions=[
                    ("holding", RangeOperators.EQUAL),
                    ("owner", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner_id} {self.share} of {self.holding_id}"

    @property
    def percent(self) -> Decimal:
        """The share in per cent, for people to read."""
        return (self.share * 100).quantize(Decimal("0.01"))


class HoldingBuilding(models.Model):
    """A holding stands in a building; flats and compounds both exist."""

    # The unique pair below leads with the holding and serves as its index. References: sql/0006_links.sql.
    holding = models.ForeignKey(
        Holding, models.PROTECT, related_name="building_links", db_index=False, db_constraint=False
    )
    building = models.ForeignKey(Building, models.PROTECT, related_name="holding_links", db_constraint=False)

    class Meta:
        verbose_name = _("building of a holding")
        constraints = [models.UniqueConstraint(fields=["holding", "building"], name="holding_building_linked_once")]

    def __str__(self) -> str:
        return f"{self.holding_id} in {self.building_id}"


class Unit(models.Model):
    """A storey or flat of a holding as the assessor found it: area in square feet, rent in Taka a month."""

    holding = models.ForeignKey(Holding, models.PROTECT, related_name="units")
    building = models.ForeignKey(Building, models.PROTECT, null=True, related_name="units")
    storey = models.SmallIntegerField(_("storey"), default=0)
    use = models.CharField(_("use"), max_length=20, choices=Use.choices)
    structure = models.CharField(_("structure"), max_length=20, choices=Structure.choices)
    occupancy = models.CharField(_("occupancy"), max_length=10, choices=Occupancy.choices)
    area_sqft = models.DecimalField(_("area (sq ft)"), max_digits=12, decimal_places=2)
    monthly_rent_amount = models.DecimalField(
        _("monthly rent"), max_digits=14, decimal_places=2, null=True, help_text=_("actual rent, if it is known")
    )
    valid = DateRangeField(_("valid"))
    survey_row = models.ForeignKey(
        "holdings.SurveyRow", models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        constraints = [
            models.CheckConstraint(name="unit_area_positive", condition=Q(area_sqft__gt=0)),
            models.CheckConstraint(
                name="unit_rent_not_negative",
                condition=Q(monthly_rent_amount__isnull=True) | Q(monthly_rent_amount__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holding_id}/{self.storey} {self.use} {self.area_sqft}"
