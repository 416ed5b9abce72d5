"""Lines in and along the streets. Roads themselves are the register's (holdings.Road).

Geometry is in EPSG:3857 (settings.STORAGE_SRID); `length_m` is geodesic, `road` the nearest road within 20 m.
"""

from __future__ import annotations

from django.contrib.gis.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from utilities.models.choices import Carried, Cover, Material, Rank, Side, Surface, Voltage


class Line(models.Model):
    """What every network has: a code of its own, a place, its owner and the row that brought it.

    `ward` is where the middle of the line lies. `provider` is empty for lines of the corporation itself.
    """

    code = models.CharField(_("code"), max_length=20)
    ward = models.ForeignKey("holdings.Ward", models.PROTECT, verbose_name=_("ward"))
    road = models.ForeignKey("holdings.Road", models.SET_NULL, null=True, verbose_name=_("road"))
    provider = models.ForeignKey(
        "utilities.Provider", models.PROTECT, null=True, verbose_name=_("provider"), db_index=False
    )
    built_on = models.DateField(_("built on"), null=True)
    length_m = models.DecimalField(_("length (m)"), max_digits=10, decimal_places=2)
    geom = models.MultiLineStringField(srid=3857)
    intake_row = models.ForeignKey("holdings.IntakeRow", models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.code


class Drain(Line):
    """An open or covered drain; width and depth in millimetres. `plant` names where it leads, if it is treated."""

    cover = models.CharField(_("cover"), max_length=10, choices=Cover.choices, default=Cover.UNKNOWN)
    surface = models.CharField(_("surface"), max_length=10, choices=Surface.choices, default=Surface.UNKNOWN)
    material = models.CharField(_("material"), max_length=10, choices=Material.choices, default=Material.UNKNOWN)
    width_mm = models.PositiveIntegerField(_("width (mm)"), null=True)
    depth_mm = models.PositiveIntegerField(_("depth (mm)"), null=True)
    plant = models.CharField(_("treatment plant"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("drain")
        verbose_name_plural = _("drains")
        constraints = [
            models.UniqueConstraint(Upper("code"), name="drain_code_once"),
            models.CheckConstraint(name="drain_length_positive", condition=Q(length_m__gt=0)),
            models.CheckConstraint(name="drain_code_not_empty", condition=~Q(code="")),
        ]


class Sewer(Line):
    """A sewer; diameter in millimetres. `plant` names the treatment plant it leads to."""

    side = models.CharField(_("side of the road"), max_length=10, choices=Side.choices, default=Side.UNKNOWN)
    material = models.CharField(_("material"), max_length=10, choices=Material.choices, default=Material.UNKNOWN)
    diameter_mm = models.PositiveIntegerField(_("diameter (mm)"), null=True)
    plant = models.CharField(_("treatment plant"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("sewer")
        verbose_name_plural = _("sewers")
        constraints = [
            models.UniqueConstraint(Upper("code"), name="sewer_code_once"),
            models.CheckConstraint(name="sewer_length_positive", condition=Q(length_m__gt=0)),
            models.CheckConstraint(name="sewer_code_not_empty", condition=~Q(code="")),
        ]


class WaterMain(Line):
    """A water pipe; diameter in millimetres."""

    rank = models.CharField(_("rank"), max_length=12, choices=Rank.choices, default=Rank.UNKNOWN)
    material = models.CharField(_("material"), max_length=10, choices=Material.choices, default=Material.UNKNOWN)
    diameter_mm = models.PositiveIntegerField(_("diameter (mm)"), null=True)
    project = models.CharField(_("project"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("water main")
        verbose_name_plural = _("water mains")
        constraints = [
            models.UniqueConstraint(Upper("code"), name="water_main_code_once"),
            models.CheckConstraint(name="water_main_length_positive", condition=Q(length_m__gt=0)),
            models.CheckConstraint(name="water_main_code_not_empty", condition=~Q(code="")),
        ]


class ElectricityLine(Line):
    """A line that carries electricity."""

    voltage = models.CharField(_("voltage"), max_length=10, choices=Voltage.choices, default=Voltage.UNKNOWN)
    carried = models.CharField(_("carried"), max_length=12, choices=Carried.choices, default=Carried.UNKNOWN)

    class Meta:
        verbose_name = _("electricity line")
        verbose_name_plural = _("electricity lines")
        constraints = [
            models.UniqueConstraint(Upper("code"), name="electricity_line_code_once"),
            models.CheckConstraint(name="electricity_line_length_positive", condition=Q(length_m__gt=0)),
            models.CheckConstraint(name="electricity_line_code_not_empty", condition=~Q(code="")),
        ]


class SewerReach(models.Model):
    """The sewer nearest to a building within 100 m, for the map; derived, measured anew, never edited."""

    building = models.OneToOneField("holdings.Building", models.CASCADE, primary_key=True, related_name="sewer_reach")
    sewer = models.ForeignKey(Sewer, models.CASCADE, related_name="reaches")
    distance_m = models.DecimalField(_("distance (m)"), max_digits=6, decimal_places=2)

    class Meta:
        verbose_name = _("reach of a sewer")
        constraints = [
            models.CheckConstraint(
                name="sewer_reach_within_100_m", condition=Q(distance_m__gte=0) & Q(distance_m__lte=100)
            )
        ]

    def __str__(self) -> str:
        return f"{self.building_id} {self.distance_m} m from {self.sewer_id}"
