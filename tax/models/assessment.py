"""Assessments and the facts that only the tax knows: loans and exemptions."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from holdings.models import Holding
from tax.models.frozen import FrozenJSON
from tax.models.law import RuleSet


class BuildingLoan(models.Model):
    """Yearly interest on a registered building loan (HBFC or a scheduled bank), tax-rules.md §2."""

    holding = models.ForeignKey(Holding, models.PROTECT, related_name="loans")
    lender = models.CharField(_("lender"), max_length=120)
    yearly_interest_amount = models.DecimalField(_("yearly interest"), max_digits=14, decimal_places=2)
    valid = DateRangeField(_("valid"))

    class Meta:
        verbose_name = _("building loan")
        constraints = [models.CheckConstraint(name="loan_interest_positive", condition=Q(yearly_interest_amount__gt=0))]

    def __str__(self) -> str:
        return f"{self.holding_id} {self.yearly_interest_amount}"


class Exemption(models.Model):
    """A share of the tax not charged, with its legal reference and two officers' names."""

    holding = models.ForeignKey(Holding, models.PROTECT, related_name="exemptions")
    kind = models.CharField(_("kind"), max_length=40)
    percent = models.DecimalField(_("percent"), max_digits=5, decimal_places=2)
    area_cap_sqft = models.DecimalField(_("area cap (sq ft)"), max_digits=12, decimal_places=2, null=True)
    legal_ref = models.CharField(_("legal reference"), max_length=200)
    document = models.CharField(_("document"), max_length=200)
    valid = DateRangeField(_("valid"))
    proposed_by = models.ForeignKey("imis.User", models.PROTECT, related_name="+")
    approved_by = models.ForeignKey("imis.User", models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("exemption")
        constraints = [
            models.CheckConstraint(name="exemption_percent_in_0_100", condition=Q(percent__gt=0) & Q(percent__lte=100)),
            models.CheckConstraint(name="exemption_needs_two_officers", condition=~Q(proposed_by=F("approved_by"))),
            ExclusionConstraint(
                name="exemption_kind_once_at_a_time",
                expressions=[
                    ("holding", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holding_id} {self.kind} {self.percent} %"


class Assessment(models.Model):
    """One version of a holding's annual value; its figures never change after they are written.

    `valid` is when it has legal effect; `charges` is [{head, rate, yearly_amount}], `explanation` the tree of
    steps that leads from units to tax (tax.rules.explanation). A trigger lets only state, the upper bound of
    `valid` and the approval be set later. Nobody lowers a value alone: see the last constraint.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        IN_FORCE = "in_force", _("In force")
        SUPERSEDED = "superseded", _("Superseded")
        REJECTED = "rejected", _("Rejected")

    class Kind(models.TextChoices):
        GENERAL = "general", _("Five-yearly assessment")
        INTERIM = "interim", _("Interim assessment")
        REVIEW = "review", _("Review")

    # assessment_version_once leads with the holding; nothing looks assessments up by the other keys.
    holding = models.ForeignKey(Holding, models.PROTECT, related_name="assessments", db_index=False)
    rule_set = models.ForeignKey(RuleSet, models.PROTECT, related_name="+", db_index=False)
    version = models.PositiveIntegerField(_("version"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.GENERAL)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PROPOSED)
    valid = DateRangeField(_("valid"))
    gross_rent_amount = models.DecimalField(_("annual rent"), max_digits=14, decimal_places=2)
    annual_value = models.DecimalField(_("actual annual value"), max_digits=14, decimal_places=2)
    previous_annual_value = models.DecimalField(_("previous annual value"), max_digits=14, decimal_places=2, null=True)
    yearly_tax_amount = models.DecimalField(_("yearly tax"), max_digits=14, decimal_places=2)
    charges = models.JSONField(default=list)
    explanation = FrozenJSON(default=dict)
    input_hash = models.CharField(max_length=64)
    supersedes = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    proposed_by = models.ForeignKey("imis.User", models.PROTECT, related_name="+", db_index=False)
    proposed_at = models.DateTimeField()
    approved_by = models.ForeignKey("imis.User", models.PROTECT, null=True, related_name="+", db_index=False)
    approved_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        constraints = [
            models.UniqueConstraint(fields=["holding", "version"], name="assessment_version_once"),
            ExclusionConstraint(
                name="one_assessment_in_force",
                expressions=[("holding", RangeOperators.EQUAL), ("valid", RangeOperators.OVERLAPS)],
                condition=Q(state="in_force"),
            ),
            models.CheckConstraint(name="assessment_value_not_negative", condition=Q(annual_value__gte=0)),
            models.CheckConstraint(
                name="assessment_approval_is_a_pair",
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="assessment_in_force_is_approved",
                condition=Q(state__in=["proposed", "rejected"]) | Q(approved_by__isnull=False),
            ),
            models.CheckConstraint(
                name="nobody_lowers_a_value_alone",
                condition=Q(approved_by__isnull=True)
                | Q(previous_annual_value__isnull=True)
                | Q(annual_value__gte=F("previous_annual_value"))
                | ~Q(proposed_by=F("approved_by")),
            ),
        ]
        # The rows are wide with their explanations: who is assessed, and what waits, is counted from these alone.
        indexes = [
            models.Index(
                fields=["holding"], include=["valid"], condition=Q(state="in_force"), name="assessment_in_force"
            ),
            models.Index(fields=["holding"], condition=Q(state="proposed"), name="assessment_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.holding_id} v{self.version}: {self.annual_value}"
