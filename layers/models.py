"""Summaries that the map draws at low zooms, and the log of changes that dates public tiles.

Both are derived: `layers.services.refresh_summaries` writes the summaries anew from register and standing,
database triggers append to the log.
"""

from __future__ import annotations

from django.contrib.gis.db import models

from holdings.models import Ward


class Counts(models.Model):
    """Buildings by tax status in one place; the statuses add up to `buildings`."""

    buildings = models.PositiveIntegerField()
    paid = models.PositiveIntegerField()
    current = models.PositiveIntegerField()
    arrears_1 = models.PositiveIntegerField()
    arrears_2 = models.PositiveIntegerField()
    not_billed = models.PositiveIntegerField()

    class Meta:
        abstract = True


class WardSummary(Counts):
    """A ward's buildings as counted at `made_at` for a fiscal year."""

    ward = models.OneToOneField(Ward, models.CASCADE, primary_key=True, related_name="+")
    fiscal_year = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="ward_summary_adds_up",
                condition=models.Q(
                    buildings=models.F("paid")
                    + models.F("current")
                    + models.F("arrears_1")
                    + models.F("arrears_2")
                    + models.F("not_billed")
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.ward_id}: {self.buildings}"


class CellSummary(Counts):
    """The same for the part of a ward in one grid square; squares divide tiles evenly, so none straddles two."""

    ward = models.PositiveSmallIntegerField()
    geom = models.PolygonField(srid=3857)

    def __str__(self) -> str:
        return f"{self.ward}/{self.pk}: {self.buildings}"


class Change(models.Model):
    """Statements (`n`, one unless folded) that changed a table from which public tiles are drawn; written by trigger.

    Committed rows only ever add up, so the sum of `n` tells any two committed states of a table apart.
    """

    source = models.CharField(max_length=60)
    n = models.PositiveBigIntegerField(default=1)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["source"], name="layers_change_by_source")]

    def __str__(self) -> str:
        return f"{self.source} {self.at:%Y-%m-%d %H:%M}"
