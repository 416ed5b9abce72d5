"""Wards, mahallas, roads and buildings: what stands where.

Geometry is stored once, in EPSG:3857 (settings.STORAGE_SRID), valid, exterior rings clockwise.
Lengths and areas are measured in the city's metric SRID, never in 3857.
"""

from __future__ import annotations

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from holdings.models.choices import Structure, Use


class Ward(models.Model):
    """A ward of the corporation; its number is its key."""

    number = models.PositiveSmallIntegerField(_("ward no."), primary_key=True)
    name_bn = models.CharField(_("name in Bangla"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    zone = models.PositiveSmallIntegerField(_("zone"), default=1)
    geom = models.MultiPolygonField(srid=3857)

    class Meta:
        verbose_name = _("ward")
        verbose_name_plural = _("wards")

    def __str__(self) -> str:
        return f"{self.number}"


class Mahalla(models.Model):
    """A named neighbourhood inside one ward."""

    ward = models.ForeignKey(Ward, models.PROTECT, related_name="mahallas")
    name_bn = models.CharField(_("name in Bangla"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)

    class Meta:
        verbose_name = _("mahalla")
        verbose_name_plural = _("mahallas")
        constraints = [models.UniqueConstraint(fields=["ward", "name_bn"], name="mahalla_named_once_in_ward")]

    def __str__(self) -> str:
        return self.name_bn


class Road(models.Model):
    """A road, unique by ward and road code (tax-rules.md §5)."""

    class Hierarchy(models.TextChoices):
        MAIN = "main", _("Main road")
        SECONDARY = "secondary", _("Secondary road")
        LANE = "lane", _("Lane")

    ward = models.ForeignKey(Ward, models.PROTECT, related_name="roads")
    code = models.CharField(_("road code"), max_length=6)
    name_bn = models.CharField(_("name in Bangla"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120)
    hierarchy = models.CharField(_("class"), max_length=10, choices=Hierarchy.choices, default=Hierarchy.LANE)
    width_m = models.DecimalField(_("width (m)"), max_digits=6, decimal_places=2, null=True)
    geom = models.MultiLineStringField(srid=3857, null=True)

    class Meta:
        verbose_name = _("road")
        verbose_name_plural = _("roads")
        constraints = [models.UniqueConstraint(fields=["ward", "code"], name="road_code_once_in_ward")]

    def __str__(self) -> str:
        return self.name_bn


class Building(models.Model):
    """One footprint. `point` (on the surface) and `area_m2` (metric SRID) are set with `geom`."""

    bin = models.CharField(_("building no."), max_length=40)
    # The reference is checked once a statement, not once a row (sql/0002_refusals.sql); the same for holdings.
    ward = models.ForeignKey(Ward, models.PROTECT, related_name="buildings", db_constraint=False)
    geom = models.MultiPolygonField(srid=3857)
    # Always inside `geom`, whose index serves both; a second spatial index would cost a third of an import.
    point = models.PointField(srid=3857, spatial_index=False)
    area_m2 = models.DecimalField(_("area (m²)"), max_digits=12, decimal_places=2)
    storeys = models.PositiveSmallIntegerField(_("storeys"), null=True)
    structure = models.CharField(_("structure"), max_length=20, choices=Structure.choices, blank=True)
    use = models.CharField(_("use"), max_length=20, choices=Use.choices, blank=True)
    built_year = models.PositiveSmallIntegerField(_("year built"), null=True)
    survey_row = models.ForeignKey(
        "holdings.SurveyRow",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("survey row"),
    )

    class Meta:
        verbose_name = _("building")
        verbose_name_plural = _("buildings")
        constraints = [
            models.UniqueConstraint(fields=["bin"], name="building_bin_once"),
            models.CheckConstraint(name="building_bin_not_empty", condition=~models.Q(bin="")),
            models.CheckConstraint(name="building_area_positive", condition=models.Q(area_m2__gt=0)),
            models.CheckConstraint(
                name="building_storeys_sane", condition=models.Q(storeys__isnull=True) | models.Q(storeys__lte=60)
            ),
        ]

    def __str__(self) -> str:
        return self.bin
