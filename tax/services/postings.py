"""How settled demand, rebate, surcharge, rounding and credit stand in the ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from imis.ledger.services import LineDraft
from imis.money import ZERO
from tax.rules.allocation import Share

_ACCOUNTS = {"surcharge": "revenue_surcharge", "rounding": "rounding", "advance": "advance"}


def settlement_lines(shares: Iterable[Share], holding: int) -> list[LineDraft]:
    """Money and rebate against the receivable of each head; surcharge, rounding and credit on their own accounts.

    The money itself (cash, bank or credit used) is the line that balances these.
    """
    settled: dict[str, Decimal] = defaultdict(lambda: ZERO)
    rebates: dict[str, Decimal] = defaultdict(lambda: ZERO)
    others: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for share in shares:
        if share.kind in ("principal", "rebate"):
            settled[share.head] += share.amount
        if share.kind == "rebate":
            rebates[share.head] += share.amount
        elif share.kind != "principal":
            others[share.kind] += share.amount
    return [
        *(_line("rebate_expense", amount, holding, head) for head, amount in sorted(rebates.items())),
        *(_line("receivable_tax", -amount, holding, head) for head, amount in sorted(settled.items())),
        *(_line(_ACCOUNTS[kind], -amount, holding, kind) for kind, amount in sorted(others.items()) if amount),
    ]


def _line(account: str, amount: Decimal, holding: int, head: str) -> LineDraft:
    """A debit when `amount` is positive, else a credit."""
    return LineDraft(account, max(amount, ZERO), max(-amount, ZERO), holding, head)
