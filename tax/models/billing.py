"""Bill runs, bills with their demand lines, and the standing derived from them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from holdings.models import Holding, Ward
from tax.models.assessment import Assessment
from tax.models.frozen import FrozenJSON
from tax.models.law import ChargeHead, RuleSet


class BillRun(models.Model):
    """One issue of a ward's bills for a quarter; a later run of the same ward adds only what is missing."""

    ward = models.ForeignKey(Ward, models.PROTECT, related_name="bill_runs")
    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"), help_text=_("the year in which it begins"))
    quarter = models.PositiveSmallIntegerField(_("instalment"))
    rule_set = models.ForeignKey(RuleSet, models.PROTECT, related_name="+")
    issued_on = models.DateField(_("issue date"))
    due_on = models.DateField(_("last date"))
    bill_count = models.PositiveIntegerField(_("bills"), default=0)
    demand_amount = models.DecimalField(_("demand"), max_digits=14, decimal_places=2, default=0)
    issued_by = models.ForeignKey("imis.User", models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()

    class Meta:
        verbose_name = _("bill run")
        verbose_name_plural = _("bill runs")
        constraints = [
            models.CheckConstraint(name="bill_run_quarter_1_to_4", condition=Q(quarter__gte=1) & Q(quarter__lte=4)),
            models.CheckConstraint(name="bill_run_due_on_after_issued_on", condition=Q(due_on__gte=F("issued_on"))),
        ]
        indexes = [models.Index(fields=["ward", "fiscal_year", "quarter"], name="bill_run_period")]

    def __str__(self) -> str:
        return f"{self.ward_id} {self.fiscal_year} Q{self.quarter}"


class Bill(models.Model):
    """One quarter's demand on one holding, and the frozen print of it.

    The demand is `principal_amount` (its lines by head); `advance_amount` of it was settled at issue from the payer's
    credit, with the rebate that this earned. Arrears, surcharge, rebate and rounding are what the
    paper said on the day of issue; what is owed today is derived (tax.queries.dues). `snapshot` holds all that
    is printed: payer, address, lines, working. `run` is empty for a quarter demanded early because it was paid ahead.
    """

    number = models.CharField(_("bill no."), max_length=30)
    # A quarter of a big city is a million rows, so only what guards something is paid for. Runs are never deleted
    # (a trigger) and are made in the same transaction; the ward is the holding's: neither key needs checking again.
    run = models.ForeignKey(
        BillRun, models.PROTECT, null=True, related_name="bills", db_index=False, db_constraint=False
    )
    holding = models.ForeignKey(Holding, models.PROTECT, related_name="bills", db_index=False)
    ward = models.ForeignKey(Ward, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="+", db_index=False)
    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"))
    quarter = models.PositiveSmallIntegerField(_("instalment"))
    issued_on = models.DateField(_("issue date"))
    due_on = models.DateField(_("last date"))
    route_order = models.PositiveIntegerField(default=0)
    principal_amount = models.DecimalField(_("current"), max_digits=14, decimal_places=2)
    arrears_amount = models.DecimalField(_("arrears"), max_digits=14, decimal_places=2, default=0)
    surcharge_amount = models.DecimalField(_("surcharge"), max_digits=14, decimal_places=2, default=0)
    rebate_amount = models.DecimalField(_("rebate"), max_digits=14, decimal_places=2, default=0)
    rounding_amount = models.DecimalField(_("rounding"), max_digits=14, decimal_places=2, default=0)
    advance_amount = models.DecimalField(_("advance"), max_digits=14, decimal_places=2, default=0)
    payable_amount = models.DecimalField(_("payable"), max_digits=14, decimal_places=2)
    snapshot = FrozenJSON(default=dict)
    row_hash = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = _("bill")
        verbose_name_plural = _("bills")
        constraints = [
            # What a holding owes is read from this index alone: the rows are wide with their snapshots.
            models.UniqueConstraint(
                fields=["holding", "fiscal_year", "quarter"],
                include=["id", "principal_amount"],
                name="bill_once_a_quarter",
            ),
            # Not unique=True on the field: that would add a second, pattern index to every insert.
            models.UniqueConstraint(fields=["number"], name="bill_number_once"),
            models.CheckConstraint(name="bill_quarter_1_to_4", condition=Q(quarter__gte=1) & Q(quarter__lte=4)),
            models.CheckConstraint(name="bill_due_on_after_issued_on", condition=Q(due_on__gte=F("issued_on"))),
            models.CheckConstraint(name="bill_principal_not_negative", condition=Q(principal_amount__gte=0)),
            models.CheckConstraint(
                name="bill_payable_is_the_sum",
                condition=Q(
                    payable_amount=F("principal_amount")
                    + F("arrears_amount")
                    + F("surcharge_amount")
                    - F("rebate_amount")
                    + F("rounding_amount")
                    - F("advance_amount")
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["ward", "fiscal_year", "quarter"], name="bill_period"),
            # What no run counts: the desk adds these to the sums of the runs without reading a bill.
            models.Index(
                fields=["fiscal_year", "quarter", "ward"],
                include=["principal_amount"],
                condition=Q(run=None),
                name="bill_ahead_of_its_run",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class BillLine(models.Model):
    """The part of a bill's demand under one head; the natural key spares an index (performance.md)."""

    pk = models.CompositePrimaryKey("bill_id", "head_id")
    # Bills are never deleted (a trigger) and lines are inserted in the statement that inserts their bill.
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="lines", db_index=False, db_constraint=False)
    head = models.ForeignKey(ChargeHead, models.PROTECT, related_name="+", db_index=False)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)

    class Meta:
        constraints = [models.CheckConstraint(name="bill_line_not_negative", condition=Q(amount__gte=0))]

    def __str__(self) -> str:
        return f"{self.bill_id} {self.head_id} {self.amount}"


class Standing(models.Model):
    """What a holding still owes of principal, kept beside the books for the map and lists.

    Derived: written only in the transaction that bills or takes money, and re-derived by `check_books`.
    `oldest_unpaid_year` is null when nothing is owed.
    """

    holding = models.OneToOneField(Holding, models.PROTECT, primary_key=True, related_name="standing")
    unpaid_amount = models.DecimalField(_("unpaid"), max_digits=14, decimal_places=2, default=0)
    oldest_unpaid_year = models.PositiveSmallIntegerField(_("oldest unpaid year"), null=True)
    last_billed_year = models.PositiveSmallIntegerField(_("last billed year"), null=True)

    class Meta:
        verbose_name = _("standing")
        constraints = [
            models.CheckConstraint(name="standing_unpaid_not_negative", condition=Q(unpaid_amount__gte=0)),
            models.CheckConstraint(
                name="standing_year_only_if_unpaid",
                condition=Q(unpaid_amount=0, oldest_unpaid_year__isnull=True)
                | Q(unpaid_amount__gt=0, oldest_unpaid_year__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holding_id}: {self.unpaid_amount}"
