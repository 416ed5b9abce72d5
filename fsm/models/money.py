"""The fee of an emptying and the money for it; each stands in the books (imis.ledger)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fsm.models.choices import PayChannel
from fsm.models.fleet import Tariff
from fsm.models.requests import Event, Request
from imis.ledger.models import Entry, Receipt
from imis.models import User


class Charge(models.Model):
    """What an emptying costs: made when the tank is empty, from the volume taken and the tariff of that day."""

    request = models.OneToOneField(Request, models.PROTECT, related_name="charge")
    event = models.OneToOneField(Event, models.PROTECT, related_name="+")
    tariff = models.ForeignKey(Tariff, models.PROTECT, related_name="+")
    volume_m3 = models.DecimalField(_("volume (m³)"), max_digits=8, decimal_places=2)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    working = models.JSONField(_("working"))
    entry = models.OneToOneField(Entry, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("sludge fee")
        constraints = [
            models.CheckConstraint(name="sludge_fee_not_negative", condition=Q(amount__gte=0)),
            models.CheckConstraint(
                name="sludge_fee_stands_in_the_books", condition=Q(amount=0) | Q(entry__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id}: {self.amount}"


class Payment(models.Model):
    """The fee paid, in full. The id is made by the client before sending."""

    id = models.UUIDField(primary_key=True)
    charge = models.ForeignKey(Charge, models.PROTECT, related_name="payments")
    channel = models.CharField(_("channel"), max_length=10, choices=PayChannel.choices)
    reference = models.CharField(_("reference"), max_length=80)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    value_date = models.DateField(_("day of payment"))
    recorded_at = models.DateTimeField(_("recorded at"))
    payer_name = models.CharField(_("paid by"), max_length=150, blank=True)
    taken_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("taken by"))
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="+")
    receipt = models.OneToOneField(Receipt, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("payment of a sludge fee")
        constraints = [
            models.UniqueConstraint(fields=["channel", "reference"], name="sludge_reference_once_a_channel"),
            models.CheckConstraint(name="sludge_payment_positive", condition=Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.channel}:{self.reference}"


class Reversal(models.Model):
    """A payment undone by a mirror entry, by another officer: the fee is owed again."""

    payment = models.OneToOneField(Payment, models.PROTECT, related_name="reversal")
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=200)
    reversed_at = models.DateTimeField(_("reversed at"))
    reversed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("reversed by"))

    class Meta:
        verbose_name = _("reversal of a sludge payment")

    def __str__(self) -> str:
        return f"{self.payment_id}"
