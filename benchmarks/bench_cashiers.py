"""A hundred cashiers at once on the real web server: how long the holding page and a payment take, against 300 ms.

Each takes a payment every thirty seconds: searching, looking, counting the money and handing over the receipt takes a
person no less. That is 12,000 payments an hour, all 77,000 holdings of Khulna within one office day. The browsers run
on the same machine as the server and its database.
"""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from statistics import quantiles

from benchmarks.harness import Result, result
from benchmarks.office import Customer, serve_customers
from tests.served import Served, session_of

BOUND_MS = 300
SIZE, QUICK_SIZE = 3_000, 300
CASHIERS, QUICK_CASHIERS = 100, 10
_PACE = 30.0
_ACTS = ("holding page", "payment with its receipt")
_TODAY = date(2026, 11, 22)


def run(size: int = SIZE, quick: bool = False) -> list[Result]:
    """The 95th percentile of each act as a share of the bound, with five years of books behind `size` holdings."""
    from django.db import connection

    from demo.city import load_city

    cashiers = QUICK_CASHIERS if quick else CASHIERS
    load_city(holdings=QUICK_SIZE if quick else size, today=_TODAY, progress=lambda _: None)
    sessions = _signed_in(cashiers)
    with tempfile.TemporaryDirectory(prefix="imis-bench-cashiers-") as folder:
        office = Served(Path(folder), connection.settings_dict["NAME"])
        try:
            office.start()
            timings = serve_customers(
                office.port, sessions, _customers(), pace=_PACE / 3 if quick else _PACE, minutes=0.3 if quick else 2.5
            )
        finally:
            office.stop()
    assert not timings.failures, timings.failures[:5]
    _books_are_sound()
    for act, taken in sorted(timings.seconds.items()):
        cuts = quantiles(taken, n=20)
        print(f"  {act}: n={len(taken)} median {cuts[9] * 1000:.0f} ms, p95 {cuts[18] * 1000:.0f} ms")
    return [
        result(
            f"{act}, {cashiers} cashiers, p95",
            quantiles(timings.seconds[act], n=20)[-1] * 1000 / BOUND_MS,
            1,
            f"of {BOUND_MS} ms",
            len(timings.seconds[act]),
        )
        for act in _ACTS
    ]


def _signed_in(count: int) -> list[str]:
    """Sessions of as many cashiers, in a database with the rights of a release."""
    from django.core.management import call_command

    from imis.models import User
    from imis.roles import Role

    call_command("release", verbosity=0)
    users = [
        User.objects.create(username=f"cashier-{n}", roles=[Role.CASHIER.value], all_wards=True) for n in range(count)
    ]
    return [session_of(user) for user in users]


def _customers() -> list[Customer]:
    """Holdings that owe, each with the number by which a cashier finds it."""
    from tax.models import Standing

    owing = Standing.objects.filter(unpaid_amount__gt=0, holding__state="active").order_by("holding__route_order", "pk")
    return [Customer(pk, code) for pk, code in owing.values_list("holding_id", "holding__code") if code]


def _books_are_sound() -> None:
    """A fast counter that loses a paisa would be worth nothing."""
    from imis.ledger import checks

    wrong = [f"{one.check}: {one.detail}" for one in checks.discrepancies()]
    assert not wrong, wrong[:5]
