"""Accounts, entries, lines, batches, receipts, seals: append-only, guarded by triggers (sql/).

Every row carries `row_hash`, checked by the database on insert. The rows of one posting form a Batch with a
root over their hashes; each batch, receipt and closed day becomes a Seal, a link of one chain.
"""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
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


class Batch(models.Model):
    """The entries of one posting statement, ids `first_entry`..`last_entry` without a hole; made by the database.

    `root_hash` commits to every row hash in order. `marks` holds the first four bytes of each row hash (entries
    by id, then lines by entry and n), so that a row rewritten together with its hash can still be named.
    """

    first_entry = models.BigIntegerField(primary_key=True)
    last_entry = models.BigIntegerField()
    label = models.CharField(_("batch"), max_length=120)
    entry_count = models.BigIntegerField(_("entries"))
    line_count = models.BigIntegerField(_("lines"))
    total = models.DecimalField(_("total"), max_digits=18, decimal_places=2)
    marks = models.BinaryField()
    root_hash = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        constraints = [
            models.UniqueConstraint(fields=["label"], name="batch_posted_once"),
            models.CheckConstraint(
                name="batch_counts_its_entries",
                condition=Q(entry_count=models.F("last_entry") - models.F("first_entry") + 1),
            ),
        ]

    def __str__(self) -> str:
        return self.label


class Entry(models.Model):
    """One posting; `source` names its only cause, such as bill:123 or counter:<uuid>, and is unique."""

    source = models.CharField(_("source"), max_length=120)
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
            # Not unique=True on the field: that would add a second, pattern index to every insert.
            models.UniqueConstraint(fields=["source"], name="entry_source_once"),
            models.CheckConstraint(name="entry_has_two_lines_at_least", condition=Q(line_count__gte=2)),
            models.CheckConstraint(name="entry_amount_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="entry_source_not_empty", condition=~Q(source="")),
        ]
        # Days come nearly in order, so that block ranges find a day at next to no cost of writing.
        indexes = [BrinIndex(fields=["value_date"], name="entry_by_day", pages_per_range=32, autosummarize=True)]

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
    issued_by = models.ForeignKey("imis.User", models.PROTECT, related_name="+", db_index=False)
    payload = models.JSONField()
    payload_hash = models.BinaryField(max_length=32)
    signature = models.BinaryField(max_length=64)
    row_hash = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="receipt_number_once"),
            models.CheckConstraint(name="receipt_number_from_one", condition=Q(number__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.series}-{self.number:06d}"


class Seal(models.Model):
    """A link of the one chain: its subject's root, the link before, and the hash over both. Made by the database.

    `id` counts 1, 2, 3 … without a hole, in order of commit. A day's link covers the links named in `details`
    (`first`..`last`) and holds the day's totals by account.
    """

    class Kind(models.TextChoices):
        BATCH = "batch", _("Batch")
        RECEIPT = "receipt", _("Receipt")
        DAY = "day", _("Day")

    id = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=7, choices=Kind.choices)
    batch = models.OneToOneField(Batch, models.PROTECT, null=True, related_name="seal")
    receipt = models.OneToOneField(Receipt, models.PROTECT, null=True, related_name="seal")
    day = models.DateField(_("day"), null=True, unique=True)
    details = models.JSONField(default=dict)
    root_hash = models.BinaryField(max_length=32)
    previous_hash = models.BinaryField(max_length=32)
    seal_hash = models.BinaryField(max_length=32)
    sealed_at = models.DateTimeField(_("sealed at"))

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        constraints = [
            models.CheckConstraint(
                name="seal_has_one_subject",
                condition=Q(kind="batch", batch__isnull=False, receipt__isnull=True, day__isnull=True)
                | Q(kind="receipt", batch__isnull=True, receipt__isnull=False, day__isnull=True)
                | Q(kind="day", batch__isnull=True, receipt__isnull=True, day__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.kind}"

    @property
    def hash_text(self) -> str:
        """The link's hash in hex, as published."""
        return bytes(self.seal_hash).hex()


class Witness(models.Model):
    """What a closed day saw for the first time of rows outside the books, by witness; made by the database.

    The day's link covers count and root; `keys` (the text of an int8multirange) and `marks` (the first four bytes of
    each row's hash, in order of keys) name the row that no longer fits: imis.ledger.witnesses.
    """

    pk = models.CompositePrimaryKey("seal_id", "name")
    seal = models.ForeignKey(Seal, models.PROTECT, related_name="witnesses", db_index=False)
    name = models.CharField(max_length=60)
    keys = models.TextField()
    row_count = models.BigIntegerField()
    marks = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.seal_id} {self.name}: {self.row_count}"


class IdempotencyKey(models.Model):
    """A request that was answered: the same key and request get the first answer again."""

    key = models.CharField(max_length=120, primary_key=True)
    request_hash = models.BinaryField(max_length=32)
    response = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")

    def __str__(self) -> str:
        return self.key
