"""Reads of the books: balances by value date, the trial balance, the day book, the chain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import DecimalField, F, Prefetch, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from imis.ledger.models import Account, Batch, Entry, Line, Seal
from imis.models import Job

_ZERO = Value(Decimal("0.00"), output_field=DecimalField(max_digits=18, decimal_places=2))
_NET = Coalesce(Sum(F("debit") - F("credit")), _ZERO)


@dataclass(frozen=True)
class TrialRow:
    """One account of the trial balance, amounts in taka; `balance` is debit less credit."""

    account: Account
    debit: Decimal
    credit: Decimal

    @property
    def balance(self) -> Decimal:
        """Debit less credit: positive for assets and expenses, negative for liabilities and income."""
        return self.debit - self.credit


def balance(account: str, as_at: date | None = None) -> Decimal:
    """Debit less credit of an account in taka, by value date up to and including `as_at`; all time when None."""
    return _net(Line.objects.filter(account_id=account), as_at)


def holding_balance(holding_id: int, account: str, as_at: date | None = None) -> Decimal:
    """Debit less credit of one holding on one account, as `balance`."""
    return _net(Line.objects.filter(holding_id=holding_id, account_id=account), as_at)


def trial_balance(as_at: date | None = None) -> list[TrialRow]:
    """Every account with its debits and credits up to `as_at`; the two columns have equal sums."""
    lines = Line.objects.all() if as_at is None else Line.objects.filter(entry__value_date__lte=as_at)
    sums = {
        row["account_id"]: (row["debits"], row["credits"])
        for row in lines.order_by().values("account_id").annotate(debits=Sum("debit"), credits=Sum("credit"))
    }
    nothing = (Decimal("0.00"), Decimal("0.00"))
    return [TrialRow(account, *sums.get(account.code, nothing)) for account in Account.objects.order_by("kind", "code")]


def day_book(day: date) -> QuerySet[Entry]:
    """The entries with value date `day`, in order of posting, their lines and receipt fetched with them."""
    lines = Line.objects.select_related("account").order_by("n")
    return (
        Entry.objects.filter(value_date=day)
        .select_related("posted_by", "receipt", "reverses", "reversed_by")
        .prefetch_related(Prefetch("lines", queryset=lines))
        .order_by("id")
    )


def chain_links() -> QuerySet[Seal]:
    """The links of the chain, newest first."""
    return Seal.objects.select_related("batch", "receipt").defer("batch__marks").order_by("-id")


def closed_days() -> QuerySet[Seal]:
    """The links that close a day, newest first."""
    return Seal.objects.filter(kind=Seal.Kind.DAY).order_by("-day")


def last_proof() -> Job | None:
    """The proof of the books that finished last."""
    return Job.objects.filter(kind="prove_books", state=Job.State.DONE).order_by("-finished_at").first()


def batch_of(entry: Entry) -> Batch:
    """The posting batch in which the entry lies."""
    return Batch.objects.filter(first_entry__lte=entry.pk, last_entry__gte=entry.pk).defer("marks").get()


def _net(lines: QuerySet[Line], as_at: date | None) -> Decimal:
    if as_at is not None:
        lines = lines.filter(entry__value_date__lte=as_at)
    net: Decimal = lines.aggregate(net=_NET)["net"]
    return net
