"""Cashiers at browsers of their own: each finds the holding, looks at its page, opens the payment, takes the money and
sees the receipt, with the pauses of a person in between. Each act is timed from first byte out to last byte in.
"""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.served import Browser, form_of


@dataclass
class Timings:
    """Seconds of each kind of act, gathered by all cashiers; and what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    @contextmanager
    def timed(self, act: str) -> Iterator[None]:
        """Adds the seconds of the block under `act`."""
        start = time.perf_counter()
        yield
        self.seconds.setdefault(act, []).append(time.perf_counter() - start)


@dataclass(frozen=True)
class Customer:
    """A holding that owes: its key and what is typed into the search box."""

    holding: int
    number: str


def serve_customers(
    port: int, sessions: Sequence[str], customers: Sequence[Customer], *, pace: float, minutes: float
) -> Timings:
    """Every cashier takes a payment each `pace` seconds on average; what happens in the first fifth is not counted."""
    timings, end = Timings(), time.monotonic() + minutes * 60
    counted_from = time.monotonic() + minutes * 12
    queue = iter(customers)
    lock = threading.Lock()

    def next_customer() -> Customer | None:
        with lock:
            return next(queue, None)

    def work(n: int) -> None:
        pauses = random.Random(n)  # noqa: S311 - a person is not a secret
        browser = Browser(port, sessions[n])
        time.sleep(pauses.uniform(0, pace))
        while time.monotonic() < end and (customer := next_customer()):
            into = timings if time.monotonic() > counted_from else Timings()
            try:
                _serve(browser, customer, into, lambda: time.sleep(pauses.uniform(0.5, 1.5) * pace / 4))
            except (OSError, RuntimeError, http.client.HTTPException) as failure:
                timings.failures.append(f"{type(failure).__name__}: {failure}")

    threads = [threading.Thread(target=work, args=(n,)) for n in range(len(sessions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return timings


def _serve(browser: Browser, customer: Customer, timings: Timings, pause: Any) -> None:
    """One customer: search, look, offers, payment with its receipt; a pause of the person after each.

    Every fourth pays the whole year where that is offered: it demands the coming quarters in the same transaction.
    """
    with timings.timed("search"):
        browser.get(f"/tax/counter/?{urlencode({'q': customer.number})}")
    pause()
    with timings.timed("holding page"):
        browser.get(f"/holdings/{customer.holding}/")
        browser.get(f"/tax/holdings/{customer.holding}/panel/")
    pause()
    address = f"/tax/holdings/{customer.holding}/pay/"
    with timings.timed("offers"):
        fields = form_of(browser.get(address))
    pause()
    if customer.holding % 4 == 0 and "price_year" in fields:
        fields["plan"] = "year"
    with timings.timed("payment with its receipt"):
        with timings.timed("payment alone"):
            shown = browser.send(address, fields)
        browser.get(shown)
    pause()
