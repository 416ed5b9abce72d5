"""Survey files as they came, their rows kept for ever, and what is wrong with each row."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _


class SurveyFile(models.Model):
    """One uploaded file; its hash is unique, so a file is staged once."""

    class State(models.TextChoices):
        STAGED = "staged", _("Staged")
        CHECKED = "checked", _("Checked")
        APPLIED = "applied", _("Applied")

    name = models.CharField(_("file name"), max_length=200)
    sha256 = models.CharField(_("SHA-256"), max_length=64, unique=True)
    driver = models.CharField(_("format"), max_length=20)
    srid = models.PositiveIntegerField(_("SRID of the file"), null=True)
    columns = models.JSONField(default=dict, help_text="which column of the file feeds which field")
    row_count = models.PositiveIntegerField(_("rows"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.STAGED)
    staged_by = models.ForeignKey("imis.User", models.PROTECT, related_name="+")
    staged_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    applied_by = models.ForeignKey("imis.User", models.PROTECT, null=True, related_name="+")
    applied_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("survey file")
        verbose_name_plural = _("survey files")

    def __str__(self) -> str:
        return self.name


class SurveyRow(models.Model):
    """One row of a file, raw; `geom` is as read and reprojected to storage, `outcome` what became of it."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        APPLIED = "applied", _("Applied")
        REJECTED = "rejected", _("Rejected")

    file = models.ForeignKey(SurveyFile, models.PROTECT, related_name="rows")
    number = models.PositiveIntegerField(_("row"))
    raw = models.JSONField(default=dict)
    geom = models.GeometryField(srid=3857, null=True, spatial_index=False)
    repaired_geom = models.MultiPolygonField(srid=3857, null=True, spatial_index=False)
    ward_number = models.PositiveSmallIntegerField(null=True)
    number_key = models.CharField(max_length=40, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.WAITING)
    decision = models.CharField(max_length=20, blank=True)
    decided_by = models.ForeignKey("imis.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("survey row")
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="survey_row_once_in_file")]

    def __str__(self) -> str:
        return f"{self.file_id}:{self.number}"


class SurveyProblem(models.Model):
    """What is wrong with one row, where, and what to do; `blocking` rows are not applied."""

    row = models.ForeignKey(SurveyRow, models.PROTECT, related_name="problems")
    code = models.CharField(_("problem"), max_length=40)
    field = models.CharField(_("field"), max_length=60, blank=True)
    value = models.CharField(_("value"), max_length=200, blank=True)
    blocking = models.BooleanField(default=True)
    details = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("survey problem")
        constraints = [
            models.UniqueConstraint(fields=["row", "code", "field"], name="survey_problem_said_once")
        ]

    def __str__(self) -> str:
        return f"{self.row_id} {self.code}"
