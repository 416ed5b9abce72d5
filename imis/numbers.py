"""Gives out gapless numbers: a number exists only when the transaction that took it commits."""

from __future__ import annotations

from django.db import connection, transaction

# The row lock taken by UPDATE is held to the end of the transaction, so the next taker waits and a
# roll-back gives the number back. One statement serves the first number of a series too.
_TAKE = """
    INSERT INTO imis_counter AS c (series, last) VALUES (%s, %s)
    ON CONFLICT (series) DO UPDATE SET last = c.last + EXCLUDED.last
    RETURNING c.last
"""


class NoTransaction(RuntimeError):
    """A gapless number was asked for outside a transaction, where a failure would leave a gap."""


def next_number(series: str) -> int:
    """The next number of `series`, starting at 1. Raises NoTransaction outside `transaction.atomic()`."""
    return take_block(series, 1)


def take_block(series: str, n: int) -> int:
    """Takes `n` numbers in a row for set-based work and returns the first of them.

    The numbers are first … first + n - 1. Raises ValueError for n < 1 and NoTransaction outside
    `transaction.atomic()`.
    """
    if n < 1:
        raise ValueError(f"A block holds at least one number, not {n}.")
    if not transaction.get_connection().in_atomic_block:
        raise NoTransaction(f"series {series}: open transaction.atomic() before taking a number.")
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [series, n])
        (last,) = cursor.fetchone()
    return last - n + 1
