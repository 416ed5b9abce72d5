"""Drafts of lines and the check that they balance, before anything reaches the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

_PAISA = Decimal("0.01")
_CEILING = Decimal("1000000000000")  # NUMERIC(14,2)


class UnbalancedDraft(ValueError):
    """The lines are not a posting: too few, unequal sides, or an amount that is not money."""


@dataclass(frozen=True)
class LineDraft:
    """One side of a posting to be: amounts in taka with at most two decimals, exactly one of them above zero."""

    account: str
    debit: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)
    holding_id: int | None = None
    head: str = ""


def checked_total(lines: Sequence[LineDraft]) -> Decimal:
    """The sum of the debits (taka), equal to that of the credits; raises UnbalancedDraft otherwise."""
    if len(lines) < 2:
        raise UnbalancedDraft(f"A posting has at least two lines, not {len(lines)}.")
    for number, line in enumerate(lines, start=1):
        _check_line(number, line)
    debit = sum((line.debit for line in lines), Decimal(0))
    credit = sum((line.credit for line in lines), Decimal(0))
    if debit != credit:
        raise UnbalancedDraft(f"Debits of {debit} and credits of {credit} differ by {debit - credit}.")
    return debit


def _check_line(number: int, line: LineDraft) -> None:
    for amount in (line.debit, line.credit):
        if not isinstance(amount, Decimal):
            raise UnbalancedDraft(f"Line {number}: {amount!r} is not a Decimal.")
        if not amount.is_finite() or amount < 0 or amount >= _CEILING or amount != amount.quantize(_PAISA):
            raise UnbalancedDraft(f"Line {number}: {amount} is not an amount of taka and paisa.")
    if (line.debit > 0) == (line.credit > 0):
        raise UnbalancedDraft(
            f"Line {number}: exactly one of debit {line.debit} and credit {line.credit} is above zero."
        )
    if not line.account:
        raise UnbalancedDraft(f"Line {number} names no account.")


def mirrored(lines: Sequence[LineDraft]) -> list[LineDraft]:
    """The lines that undo `lines`: debit and credit change places."""
    return [LineDraft(line.account, line.credit, line.debit, line.holding_id, line.head) for line in lines]
