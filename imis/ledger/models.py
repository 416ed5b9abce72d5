"""Accounts, entries, lines, receipts, seals: append-only, guarded by triggers (sql/)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Account(models.Model):
    """One account of the chart."""

    class Kind(models.TextChoices):
        ASSET = "asset", _("Asset")
        LIABILITY = "liability", _("Liability")
        INCOME = "income", _("Income")
        EXPENSE = "expense", _("Expense")

    code = models.CharField(_("code"), max_length=30, primary_key=True)
    name_bn = models.CharField(_("name in Bangla"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def __str__(self) -> str:
        return self.code


class Seal(models.Model):
    """A link of the chain over one posting batch or one day: root over ordered row hashes and the seal before.

    `first_entry`..`last_entry` are the entry ids covered; `totals` debit by account.
    """

    class Kind(models.TextChoices):
        BATCH = "batch", _("Batch")
        DAY = "day", _("Day")

    kind = models.CharField(max_length=5, choices=Kind.choices)
    day = models.DateField(_("day"))
    label = models.CharField(max_length=80, unique=True)
    first_entry = models.BigIntegerField(null=True)
    last_entry = models.BigIntegerField(null=True)
    entry_count = models.BigIntegerField()
    line_count = models.BigIntegerField()
    totals = models.JSONField(default=dict)
    root_hash = models.BinaryField(max_length=32)
    previous_hash = models.BinaryField(max_length=32)
    seal_hash = models.BinaryField(max_length=32)
    sealed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("seal")

    def __str__(self) -> str:
        return self.label


class Entry(models.Model):
    """One posting; `source` names its only cause, such as bill:123 or counter:<uuid>, and is unique."""

    source = models.CharField(_("source"), max_length=120, unique=True)
    value_date = models.DateField(_("value date"))
    recorded_at = models.DateTimeField(_("recorded at"))
    posted_by = models.ForeignKey("imis.User", models.PROTECT, related_name="+", db_index=False)
    memo = models.CharField(_("memo"), max_length=200, blank=True)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    line_count = models.PositiveSmallIntegerField()
    row_hash = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        constraints = [
            models.CheckConstraint(name="entry_has_two_lines_at_least", condition=Q(line_count__gte=2)),
            models.CheckConstraint(name="entry_amount_positive", condition=Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return self.source


class Line(models.Model):
    """One side of an entry. `holding_id` is the register's key, kept as a number: the register stands above."""

    pk = models.CompositePrimaryKey("entry_id", "n")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="lines", db_index=False)
    n = models.PositiveSmallIntegerField()
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    holding_id = models.BigIntegerField(null=True)
    head = models.CharField(max_length=30, blank=True)
    debit = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    credit = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    row_hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="line_is_debit_or_credit",
                condition=(Q(debit__gt=0) & Q(credit=0)) | (Q(credit__gt=0) & Q(debit=0)),
            )
        ]
        indexes = [models.Index(fields=["holding_id", "account"], name="line_by_holding")]

    def __str__(self) -> str:
        return f"{self.entry_id}.{self.n} {self.account_id} {self.debit or -self.credit}"


class Receipt(models.Model):
    """A numbered, signed acknowledgement; `number` is gapless in its series."""

    series = models.CharField(_("series"), max_length=30)
    number = models.PositiveBigIntegerField(_("number"))
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="receipt")
    issued_at = models.DateTimeField(_("issued at"))
    issued_by = models.ForeignKey("imis.User", models.PROTECT, related_name="+")
    payload = models.JSONField()
    payload_hash = models.BinaryField(max_length=32)
    signature = models.BinaryField(max_length=64)

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints = [models.UniqueConstraint(fields=["series", "number"], name="receipt_number_once")]

    def __str__(self) -> str:
        return f"{self.series}-{self.number:06d}"


class IdempotencyKey(models.Model):
    """A request that was answered: the same key and request get the first answer again."""

    key = models.CharField(max_length=120, primary_key=True)
    request_hash = models.BinaryField(max_length=32)
    response = models.JSONField()
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key
