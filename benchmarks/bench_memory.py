"""Memory of the web server, the worker and the database together while a whole city is at work, against 4 GB.

On the demo city: planners move over the map, cashiers look holdings up, the bills of a quarter are issued for the
whole city in one run, and a ward's bills are made into one PDF. All at once, as on a bad day.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable
from datetime import date
from itertools import cycle
from pathlib import Path
from typing import Any

from benchmarks.harness import Result, result
from benchmarks.visitors import Memory, Visitor, built_up_tiles, serving

BOUND_MB = 4096
SIZE, QUICK_SIZE = 77_000, 3_000
_TODAY = date(2026, 11, 22)
_BROWSERS = 4
_LAYERS = ("buildings", "buildings_by_tax_status", "roads", "wards")


def run(size: int = SIZE, quick: bool = False) -> list[Result]:
    """The highest sum seen, as a share of 4 GB; the parts are printed."""
    from django.core.management import call_command

    from demo.city import load_city

    size = QUICK_SIZE if quick else size
    load_city(holdings=size, today=_TODAY, progress=lambda _: None)
    call_command("release", verbosity=0)
    return [result("memory of web, worker and database", memory_in_use() / BOUND_MB, 1, f"of {BOUND_MB} MB", size)]


def memory_in_use() -> float:
    """Megabytes at the highest moment, in the database that Django is connected to, which holds a demo city."""
    with tempfile.TemporaryDirectory(prefix="imis-bench-memory-") as folder, serving(Path(folder)) as port:
        memory, failures, over = Memory(), list[str](), threading.Event()
        acts: list[Callable[[], None]] = [lambda: _map(port, over), lambda: _lookups(port, over)] * _BROWSERS
        people = [threading.Thread(target=_kept, args=(act, failures)) for act in acts]
        with memory.watched():
            for person in people:
                person.start()
            _bill_run()
            _ward_pdf()
            over.set()
            for person in people:
                person.join()
    assert not failures, failures[:5]
    print(f"  web {memory.web:.0f} MB, database {memory.database:.0f} MB, together {memory.together:.0f} MB at most")
    return memory.together


def _kept(act: Callable[[], None], failures: list[str]) -> None:
    from django.db import connections

    try:
        act()
    except Exception as failure:  # a thread's own failure would be lost
        failures.append(f"{type(failure).__name__}: {failure}")
    finally:
        connections.close_all()


def _map(port: int, over: threading.Event) -> None:
    visitor = Visitor(port, "collection_officer")
    places = cycle([place for z in (12, 14, 15, 16, 17) for place in built_up_tiles(z, 40)])
    while not over.is_set():
        visitor.get("/map/")
        for _ in range(60):
            z, x, y = next(places)
            for layer in _LAYERS:
                visitor.get(f"/map/tiles/{layer}/{z}/{x}/{y}.mvt")


def _lookups(port: int, over: threading.Event) -> None:
    from holdings.models import Holding

    visitor = Visitor(port, "cashier")
    some = list(Holding.objects.order_by("number_key", "pk").values_list("pk", "number_key")[:2000:7])
    for pk, number in cycle(some):
        if over.is_set():
            return
        visitor.get(f"/tax/counter/?q={number}")
        visitor.get(f"/holdings/{pk}/")
        visitor.get(f"/tax/holdings/{pk}/panel/")
        visitor.get("/tax/counter/")


def _bill_run() -> None:
    """The whole city in one run: the largest piece of work there is."""
    from imis.models import User
    from tax.services import issue_bills

    issue_bills(
        ward=None,
        fiscal_year=2026,
        quarter=2,
        issued_on=_TODAY,
        due_on=date(2026, 12, 31),
        by=User.objects.get(username="collection_officer"),
        at=_now(),
    )


def _ward_pdf() -> None:
    from imis.models import Job, User
    from tax.models import Bill
    from tax.services import request_ward_bills

    job = request_ward_bills(
        ward=Bill.objects.filter(fiscal_year=2026, quarter=2).order_by("-ward_id").values_list("ward_id", flat=True)[0],
        fiscal_year=2026,
        quarter=2,
        by=User.objects.get(username="collection_officer"),
        at=_now(),
    )
    end = time.monotonic() + 900
    while job.state not in (Job.State.DONE, Job.State.FAILED) and time.monotonic() < end:
        time.sleep(0.5)
        job.refresh_from_db()
    assert job.state == Job.State.DONE, (job.state, job.steps_done, job.steps_total)


def _now() -> Any:
    from django.utils import timezone

    return timezone.localtime()
