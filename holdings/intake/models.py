"""Files of the intakes as they came, their rows kept for ever, what is wrong with them and what became of them."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.utils.translation import gettext_lazy as _


class IntakeFile(models.Model):
    """One file of one kind; its hash is unique in its kind, so it is staged once.

    `columns` says which column (or "=constant") feeds which field, `units` what a column is measured in. `wards` are
    those of its rows at the last check; `strays` is true when the ward of some row is not known.
    """

    class State(models.TextChoices):
        STAGED = "staged", _("Staged")
        CHECKED = "checked", _("Checked")
        APPLIED = "applied", _("Applied")

    kind = models.CharField(_("kind"), max_length=41)
    name = models.CharField(_("file name"), max_length=200)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size_bytes = models.BigIntegerField(_("size"), default=0)
    driver = models.CharField(_("format"), max_length=20)
    srid = models.PositiveIntegerField(_("SRID of the file"), null=True)
    spatial = models.BooleanField(_("has geometry"), default=True)
    isolation = models.CharField(max_length=80, blank=True)
    fields = models.JSONField(default=list, help_text="the columns of the file, in its order")
    columns = models.JSONField(default=dict, help_text="which column (or =constant) feeds which field")
    units = models.JSONField(default=dict, help_text="in which unit a field's column is measured")
    row_count = models.PositiveIntegerField(_("rows"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.STAGED)
    wards = ArrayField(models.PositiveSmallIntegerField(), default=list)
    strays = models.BooleanField(default=True)
    staged_by = models.ForeignKey("imis.User", models.PROTECT, related_name="+")
    staged_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    applied_by = models.ForeignKey("imis.User", models.PROTECT, null=True, related_name="+")
    applied_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("file brought in")
        verbose_name_plural = _("files brought in")
        constraints = [
            models.UniqueConstraint(fields=["kind", "sha256"], name="intake_file_once_in_its_kind"),
            models.CheckConstraint(
                name="intake_file_applied_by_and_at",
                condition=models.Q(applied_at__isnull=True, applied_by__isnull=True)
                | models.Q(applied_at__isnull=False, applied_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class IntakeRow(models.Model):
    """One row of a file; what was read (`raw`, `geom`, `raw_geom`) never changes, the database sees to that.

    `geom` is in storage SRID; `raw_geom` holds the file's own coordinates when they could not be brought there, or when
    another system was stated. A person may decide to leave a row out until the file is applied.
    """

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        APPLIED = "applied", _("Applied")
        REJECTED = "rejected", _("Rejected")

    class Decision(models.TextChoices):
        NONE = "", _("Not decided")
        REJECT = "reject", _("Leave this row out")

    file = models.ForeignKey(IntakeFile, models.PROTECT, related_name="rows", db_index=False)
    number = models.PositiveIntegerField(_("row"))
    raw = models.JSONField(default=dict)
    geom = models.GeometryField(srid=3857, null=True, spatial_index=False)
    raw_geom = models.GeometryField(srid=0, null=True, spatial_index=False)
    decision = models.CharField(max_length=10, blank=True, choices=Decision.choices)
    decided_by = models.ForeignKey("imis.User", models.PROTECT, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("row brought in")
        constraints = [
            models.UniqueConstraint(fields=["file", "number"], name="intake_row_once_in_file"),
            models.CheckConstraint(
                name="intake_row_decided_by_and_at",
                condition=models.Q(decided_at__isnull=True, decided_by__isnull=True, decision="")
                | models.Q(decided_at__isnull=False, decided_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_id}:{self.number}"

    @property
    def outcome(self) -> IntakeRow.Outcome:
        """What became of the row; waiting until it has an ending."""
        try:
            return IntakeRow.Outcome(self.ending.outcome)
        except IntakeEnding.DoesNotExist:
            return IntakeRow.Outcome.WAITING


class IntakeEnding(models.Model):
    """What became of one row, written once and never changed; a row without one waits."""

    row = models.OneToOneField(IntakeRow, models.PROTECT, primary_key=True, related_name="ending")
    outcome = models.CharField(max_length=10, choices=IntakeRow.Outcome.choices)

    class Meta:
        verbose_name = _("ending of a row brought in")
        constraints = [
            models.CheckConstraint(
                name="intake_ending_is_one", condition=models.Q(outcome__in=["applied", "rejected"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.row_id} {self.outcome}"


class IntakeProblem(models.Model):
    """What is wrong with one row and where; a row with a `blocking` problem waits."""

    row = models.ForeignKey(IntakeRow, models.PROTECT, related_name="problems", db_index=False)
    code = models.CharField(_("problem"), max_length=40)
    field = models.CharField(_("field"), max_length=60, blank=True)
    value = models.CharField(_("value"), max_length=200, blank=True)
    blocking = models.BooleanField(default=True)
    details = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("problem of a row brought in")
        constraints = [models.UniqueConstraint(fields=["row", "code", "field"], name="intake_problem_said_once")]

    def __str__(self) -> str:
        return f"{self.row_id} {self.code}"
