"""Payments, how they were allocated, and their reversals. All are appended, none is edited."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from holdings.models import Holding
from tax.models.billing import Bill
from tax.models.law import ChargeHead


class Payment(models.Model):
    """Money received for a holding; `id` is made by the client before sending, so a retry is harmless.

    `value_date` is when the payer paid (decides rebate and surcharge), `recorded_at` when we wrote it.
    `working` is the quote that was accepted, with its explanation.
    """

    class Channel(models.TextChoices):
        COUNTER = "counter", _("Counter")
        COLLECTOR = "collector", _("Collector")
        BANK = "bank", _("Bank")
        ONLINE = "online", _("Online")

    id = models.UUIDField(primary_key=True, editable=False)
    holding = models.ForeignKey(Holding, models.PROTECT, related_name="payments")
    channel = models.CharField(_("channel"), max_length=20, choices=Channel.choices)
    reference = models.CharField(_("reference"), max_length=80)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    value_date = models.DateField(_("value date"))
    recorded_at = models.DateTimeField(_("recorded at"))
    payer_name = models.CharField(_("payer"), max_length=150, blank=True)
    taken_by = models.ForeignKey("imis.User", models.PROTECT, related_name="+", db_index=False)
    working = models.JSONField(default=dict)
    entry = models.OneToOneField("ledger.Entry", models.PROTECT, related_name="+")
    receipt = models.OneToOneField("ledger.Receipt", models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            models.UniqueConstraint(fields=["channel", "reference"], name="payment_reference_once_a_channel"),
            models.CheckConstraint(name="payment_amount_positive", condition=Q(amount__gt=0)),
        ]
        # A cashier's own day stands on every page of the counter.
        indexes = [models.Index(fields=["taken_by", "recorded_at"], name="payment_of_a_cashiers_day")]

    def __str__(self) -> str:
        return f"{self.channel}:{self.reference} {self.amount}"


class Reversal(models.Model):
    """A payment undone by a mirror entry: reason, who asked, who approved."""

    payment = models.OneToOneField(Payment, models.PROTECT, related_name="reversal")
    entry = models.OneToOneField("ledger.Entry", models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=200)
    reversed_by = models.ForeignKey("imis.User", models.PROTECT, related_name="+", db_index=False)
    reversed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("reversal")
        constraints = [models.CheckConstraint(name="reversal_has_a_reason", condition=~Q(reason=""))]

    def __str__(self) -> str:
        return f"reversal of {self.payment_id}"


class Allocation(models.Model):
    """A signed part of a payment (or of its reversal) and what it settles.

    kind principal: settles the demand of (bill, head) · rebate: settles it without money · surcharge and
    rounding: charged and paid at once · advance: kept as the payer's credit; when a later bill uses it, a negative
    advance and what it settles are appended, naming the payment the credit came from, the posting (`entry`) and the
    day whose prices held (`effective_on`); both are empty on parts written with their payment, which has its own.
    Money in = principal + surcharge + rounding + advance; what a bill still owes = its lines − (principal + rebate).
    """

    class Kind(models.TextChoices):
        PRINCIPAL = "principal", _("Principal")
        REBATE = "rebate", _("Rebate")
        SURCHARGE = "surcharge", _("Surcharge")
        ROUNDING = "rounding", _("Rounding")
        ADVANCE = "advance", _("Advance")

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="allocations")
    reversal = models.ForeignKey(Reversal, models.PROTECT, null=True, related_name="allocations", db_index=False)
    bill = models.ForeignKey(Bill, models.PROTECT, null=True, related_name="allocations")
    head = models.ForeignKey(ChargeHead, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    policy = models.CharField(_("policy"), max_length=40)
    entry = models.ForeignKey("ledger.Entry", models.PROTECT, null=True, related_name="+", db_index=False)
    effective_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("allocation")
        constraints = [
            models.CheckConstraint(
                name="allocation_of_demand_names_its_bill",
                condition=~Q(kind__in=["principal", "rebate"]) | Q(bill__isnull=False),
            ),
            models.CheckConstraint(name="allocation_not_zero", condition=~Q(amount=0)),
            models.CheckConstraint(
                name="allocation_of_credit_names_its_day",
                condition=Q(entry__isnull=True, effective_on__isnull=True)
                | Q(entry__isnull=False, effective_on__isnull=False),
            ),
        ]
        # Credit is rare and asked for by every bill run.
        indexes = [models.Index(fields=["payment"], name="allocation_advance", condition=Q(kind="advance"))]

    def __str__(self) -> str:
        return f"{self.payment_id} {self.kind} {self.amount}"
