"""Survey files as they came, their rows kept for ever, what was read out of them and what is wrong.

Files and rows are never deleted (a trigger refuses it), so references to them are checked by one set-based trigger a
statement (sql/0002_refusals.sql) instead of once a row: a foreign key would cost a tenth of an import.
"""

from __future__ import annotations

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from holdings.models.choices import Frontage, Occupancy, Structure, Use


class SurveyFile(models.Model):
    """One uploaded file; its hash is unique, so a file is staged once.

    `srid` is the coordinate system the rows were read in (None: the file names none). `isolation` names
    what kept the reading process from the network.
    """

    class State(models.TextChoices):
        STAGED = "staged", _("Staged")
        CHECKED = "checked", _("Checked")
        APPLIED = "applied", _("Applied")

    name = models.CharField(_("file name"), max_length=200)
    sha256 = models.CharField(_("SHA-256"), max_length=64, unique=True)
    size_bytes = models.BigIntegerField(_("size"), default=0)
    driver = models.CharField(_("format"), max_length=20)
    srid = models.PositiveIntegerField(_("SRID of the file"), null=True)
    spatial = models.BooleanField(_("has geometry"), default=True)
    isolation = models.CharField(max_length=80, blank=True)
    fields = models.JSONField(default=list, help_text="the columns of the file, in its order")
    columns = models.JSONField(default=dict, help_text="which column (or =constant) feeds which field")
    blanks = models.JSONField(default=dict, help_text="what a field is where the cell of its column is blank")
    row_count = models.PositiveIntegerField(_("rows"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.STAGED)
    staged_by = models.ForeignKey("imis.User", models.PROTECT, related_name="+")
    staged_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    checked_beside = models.BigIntegerField(
        null=True, help_text="how many rows of other surveys the register held when the file was checked"
    )
    applied_by = models.ForeignKey("imis.User", models.PROTECT, null=True, related_name="+")
    applied_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("survey file")
        verbose_name_plural = _("survey files")
        constraints = [
            models.CheckConstraint(
                name="survey_file_applied_by_and_at",
                condition=models.Q(applied_at__isnull=True, applied_by__isnull=True)
                | models.Q(applied_at__isnull=False, applied_by__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.name


class SurveyRow(models.Model):
    """One row of a file; what was read (`raw`, `geom`, `raw_geom`) never changes, the database sees to that.

    `geom` is in storage SRID. `raw_geom` holds the coordinates as they stand in the file when they could not be
    brought there (no coordinate system named, or coordinates outside of it), or when another system was stated.
    `outcome` is what became of the row.
    """

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        APPLIED = "applied", _("Applied")
        REJECTED = "rejected", _("Rejected")

    class Decision(models.TextChoices):
        NONE = "", _("Not decided")
        NEW = "new", _("A new building")
        SAME = "same", _("The same building as in the register")
        FURTHER = "further", _("A further building of the same holding")
        REJECT = "reject", _("Leave this row out")

    file = models.ForeignKey(SurveyFile, models.PROTECT, related_name="rows", db_index=False, db_constraint=False)
    number = models.PositiveIntegerField(_("row"))
    raw = models.JSONField(default=dict)
    geom = models.GeometryField(srid=3857, null=True, spatial_index=False)
    raw_geom = models.GeometryField(srid=0, null=True, spatial_index=False)
    repaired_geom = models.MultiPolygonField(srid=3857, null=True, spatial_index=False)
    decision = models.CharField(max_length=20, blank=True, choices=Decision.choices)
    decided_ward = models.ForeignKey("holdings.Ward", models.PROTECT, null=True, related_name="+", db_index=False)
    decided_building = models.ForeignKey(
        "holdings.Building", models.PROTECT, null=True, related_name="+", db_index=False
    )
    decided_by = models.ForeignKey("imis.User", models.PROTECT, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("survey row")
        constraints = [
            models.UniqueConstraint(fields=["file", "number"], name="survey_row_once_in_file"),
            models.CheckConstraint(
                name="survey_row_decided_by_and_at",
                condition=models.Q(decided_at__isnull=True, decided_by__isnull=True)
                | models.Q(decided_at__isnull=False, decided_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_id}:{self.number}"

    @property
    def outcome(self) -> SurveyRow.Outcome:
        """What became of the row; waiting until it has an ending."""
        try:
            return SurveyRow.Outcome(self.ending.outcome)
        except SurveyEnding.DoesNotExist:
            return SurveyRow.Outcome.WAITING


class SurveyEnding(models.Model):
    """What became of one row, written once and never changed; a row without one waits.

    A table of its own: to mark a hundred thousand wide rows would write every one of them again.
    """

    row = models.OneToOneField(SurveyRow, models.PROTECT, primary_key=True, related_name="ending", db_constraint=False)
    file_id = models.BigIntegerField()
    outcome = models.CharField(max_length=10, choices=SurveyRow.Outcome.choices)

    class Meta:
        verbose_name = _("ending of a survey row")
        constraints = [
            models.CheckConstraint(
                name="survey_ending_is_one", condition=models.Q(outcome__in=["applied", "rejected"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.row_id} {self.outcome}"


class SurveyReading(models.Model):
    """What the check read out of one row; derived, written anew by each check, never edited.

    `geom` is ready for the register (valid, clockwise, storage SRID) or null; `match` says how the row stands
    to the register. Without foreign keys: it is rebuilt whole from the rows and the register in one transaction.
    """

    class Match(models.TextChoices):
        NEW = "new", _("New")
        SAME = "same", _("Same")
        SPLIT = "split", _("Split")
        CONFLICT = "conflict", _("Conflict")

    row = models.OneToOneField(
        SurveyRow, models.DO_NOTHING, primary_key=True, related_name="reading", db_constraint=False
    )
    file_id = models.BigIntegerField()
    bin = models.CharField(max_length=40, blank=True)
    ward_stated = models.IntegerField(null=True)
    ward_stands = models.IntegerField(null=True)
    ward_number = models.IntegerField(null=True)
    road_written = models.CharField(max_length=120, blank=True)
    road_key = models.CharField(max_length=120, blank=True)
    mahalla_written = models.CharField(max_length=80, blank=True)
    number_written = models.CharField(max_length=40, blank=True)
    number_key = models.CharField(max_length=40, blank=True)
    old_number = models.CharField(max_length=40, blank=True)
    storeys = models.IntegerField(null=True)
    structure = models.CharField(max_length=20, choices=Structure.choices, blank=True)
    use = models.CharField(max_length=20, choices=Use.choices, blank=True)
    frontage = models.CharField(max_length=10, choices=Frontage.choices, blank=True)
    occupancy = models.CharField(max_length=10, choices=Occupancy.choices, blank=True)
    built_year = models.IntegerField(null=True)
    area_sqft = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    monthly_rent_amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    owner_bn = models.CharField(max_length=150, blank=True)
    owner_en = models.CharField(max_length=150, blank=True)
    guardian_name = models.CharField(max_length=150, blank=True)
    mobile = models.CharField(max_length=15, blank=True)
    geom = models.MultiPolygonField(srid=3857, null=True, spatial_index=False)
    point = models.PointField(srid=3857, null=True, spatial_index=False)
    area_m2 = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    match = models.CharField(max_length=10, choices=Match.choices, default=Match.NEW)
    building_id = models.BigIntegerField(null=True)
    leader_row_id = models.BigIntegerField(null=True, help_text="the row that brings the footprint this row shares")

    class Meta:
        verbose_name = _("survey reading")

    def __str__(self) -> str:
        return f"{self.row_id} {self.match}"


class SurveyProblem(models.Model):
    """What is wrong with one row and where; a row with a `blocking` problem waits for a person."""

    row = models.ForeignKey(SurveyRow, models.PROTECT, related_name="problems", db_index=False, db_constraint=False)
    code = models.CharField(_("problem"), max_length=40)
    field = models.CharField(_("field"), max_length=60, blank=True)
    value = models.CharField(_("value"), max_length=200, blank=True)
    blocking = models.BooleanField(default=True)
    details = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("survey problem")
        constraints = [models.UniqueConstraint(fields=["row", "code", "field"], name="survey_problem_said_once")]

    def __str__(self) -> str:
        return f"{self.row_id} {self.code}"
