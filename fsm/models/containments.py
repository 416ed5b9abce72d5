"""What holds the sludge: containments and the buildings whose toilets lead to them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib.gis.db import models
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce, Round
from django.utils.translation import gettext_lazy as _

from fsm.models.choices import Outlet, Shape, Standing, Technology
from fsm.rules.volumes import QUARTER_PI
from holdings.models import Building, Ward


def _metres(title: Any) -> models.DecimalField[Decimal | str | None, Decimal | None]:
    return models.DecimalField(title, max_digits=6, decimal_places=2, null=True, blank=True)


class Containment(models.Model):
    """A tank or pit: technology × outlet, and how much it holds.

    `volume_m3` is what a surveyor states, else what shape and inner measures give (fsm.rules.volumes), derived by the
    database. Geometry in EPSG:3857.
    """

    code = models.CharField(_("containment no."), max_length=40)
    ward = models.ForeignKey(Ward, models.PROTECT, related_name="+", verbose_name=_("ward"))
    technology = models.CharField(_("technology"), max_length=20, choices=Technology.choices)
    outlet = models.CharField(_("outlet"), max_length=20, choices=Outlet.choices, default=Outlet.UNKNOWN)
    inside_building = models.BooleanField(_("inside the building"), null=True)
    shape = models.CharField(_("shape"), max_length=12, choices=Shape.choices, default=Shape.UNKNOWN)
    diameter_m = _metres(_("diameter (m)"))
    length_m = _metres(_("length (m)"))
    width_m = _metres(_("width (m)"))
    depth_m = _metres(_("depth (m)"))
    stated_volume_m3 = models.DecimalField(_("stated volume (m³)"), max_digits=8, decimal_places=2, null=True)
    volume_m3 = models.GeneratedField(
        verbose_name=_("volume (m³)"),
        expression=Coalesce(
            F("stated_volume_m3"),
            Case(
                When(
                    shape=Shape.CIRCULAR,
                    then=Round(Value(QUARTER_PI) * F("diameter_m") * F("diameter_m") * F("depth_m"), precision=2),
                ),
                When(shape=Shape.RECTANGULAR, then=Round(F("length_m") * F("width_m") * F("depth_m"), precision=2)),
            ),
        ),
        output_field=models.DecimalField(max_digits=12, decimal_places=2, null=True),
        db_persist=True,
    )
    toilets = models.PositiveSmallIntegerField(_("toilets"), null=True)
    nearest_well_m = _metres(_("distance to the nearest well (m)"))
    meets_standard = models.BooleanField(_("meets the standard"), null=True)
    built_year = models.PositiveSmallIntegerField(_("year built"), null=True)
    surveyed_on = models.DateField(_("surveyed on"), null=True)
    standing = models.CharField(_("standing"), max_length=20, choices=Standing.choices, default=Standing.IN_USE)
    needs_verification = models.BooleanField(_("to be verified on site"), default=False)
    intake_row = models.ForeignKey("holdings.IntakeRow", models.PROTECT, null=True, related_name="+", db_index=False)
    geom = models.PointField(srid=3857)

    class Meta:
        verbose_name = _("containment")
        verbose_name_plural = _("containments")
        constraints = [
            models.UniqueConstraint(fields=["code"], name="containment_code_once"),
            models.CheckConstraint(name="containment_code_not_empty", condition=~Q(code="")),
            *(
                models.CheckConstraint(
                    name=f"containment_{field}_positive",
                    condition=Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gt": Decimal(0)}),
                )
                for field in ("diameter_m", "length_m", "width_m", "depth_m", "stated_volume_m3")
            ),
        ]

    def __str__(self) -> str:
        return self.code


class ContainmentBuilding(models.Model):
    """A building whose toilets lead to a containment, from when until when: a link ends, it is not deleted."""

    containment = models.ForeignKey(Containment, models.PROTECT, related_name="building_links", db_index=False)
    building = models.ForeignKey(Building, models.PROTECT, related_name="containment_links")
    valid = DateRangeField(_("valid"))

    class Meta:
        verbose_name = _("building of a containment")
        constraints = [
            ExclusionConstraint(
                name="containment_building_linked_once_at_a_time",
                expressions=[
                    ("containment", RangeOperators.EQUAL),
                    ("building", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(name="containment_link_lasts", condition=Q(valid__isempty=False)),
        ]

    def __str__(self) -> str:
        return f"{self.building_id} → {self.containment_id}"
