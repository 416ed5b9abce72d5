"""`python -m benchmarks.on_a_million [--size N]`: loads the largest city and looks whether all stays quick on it.

Apart from the other benchmarks because it takes an hour and 25 GB. The city is loaded into a database of its own, or
with --here the one of the environment is used as it is (it must hold a demo city). Every time is a share of a bound:
what a person waits for at a page, what a search or a tile may take, and the hour of the night that the proofs have.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from statistics import quantiles

from benchmarks.databases import own_database
from benchmarks.harness import Result, print_table, result, seconds, stamped, write_results
from benchmarks.visitors import Memory, Visitor, built_up_tiles, serving

SIZE = 1_000_000
_TODAY = date(2026, 11, 22)
_PAGE, _SEARCH, _NIGHT = 0.3, 0.05, 3600.0
_BOUND_MB = 4096


def main() -> int:
    """Loads, measures, prints the table and keeps the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=SIZE, help="holdings to load")
    parser.add_argument("--here", action="store_true", help="measure the database of the environment as it is")
    options = parser.parse_args()
    with _here() if options.here else own_database():
        if not options.here:
            _load(options.size)
        results = stamped(measured())
    print_table(results)
    write_results(results)
    return 0 if all(one["ok"] for one in results) else 1


@contextmanager
def _here() -> Iterator[None]:
    import django

    django.setup()
    yield


def _load(size: int) -> None:
    from django.core.management import call_command
    from django.utils import timezone

    from demo.city import load_city
    from layers.services import refresh_summaries

    taken = seconds(lambda: load_city(holdings=size, today=_TODAY, progress=lambda _: None))
    call_command("release", verbosity=0)
    refresh_summaries(by=None, at=timezone.localtime())
    print(f"  {size:,} holdings loaded in {taken / 60:.1f} minutes")


def measured() -> list[Result]:
    """The table for the demo city in Django's database."""
    from django.db import connection

    from holdings.models import Holding

    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    n = Holding.objects.count()
    return [*_searches(n), *_pages(n), *_nightly(n)]


def _p95(name: str, taken: list[float], bound: float, n: int) -> Result:
    slow = quantiles(taken, n=20)[-1]
    print(f"  {name}: median {quantiles(taken, n=20)[9] * 1000:.0f} ms, p95 {slow * 1000:.0f} ms, n={len(taken)}")
    return result(f"on a million: {name}, p95", slow / bound, 1, f"of {bound * 1000:.0f} ms", n)


def _searches(n: int) -> list[Result]:
    from holdings.models import Owner
    from holdings.queries import search_holdings
    from imis.models import User

    cashier = User.objects.get(username="cashier")
    some = _some_holdings(60)
    owners = list(Owner.objects.filter(ownerships__holding__in=[pk for pk, _ in some]).values_list("name_bn", "mobile"))
    typed = {
        "number": [number for _, number in some],
        "name": [name for name, _ in owners],
        "mobile": [mobile for _, mobile in owners if mobile],
    }
    return [
        _p95(f"search by {what}", [seconds(partial(search_holdings, text, cashier)) for text in texts], _SEARCH, n)
        for what, texts in typed.items()
    ]


def _some_holdings(count: int) -> list[tuple[int, str]]:
    """Key and number of holdings all over the register."""
    from holdings.models import Holding

    keys = list(Holding.objects.order_by("pk").values_list("pk", flat=True))
    chosen = keys[:: max(1, len(keys) // count)][:count]
    return list(Holding.objects.filter(pk__in=chosen).order_by("pk").values_list("pk", "number_key"))


def _pages(n: int) -> list[Result]:
    """Through the real server, one after the other; the first three of a kind warm it up."""
    with tempfile.TemporaryDirectory(prefix="imis-bench-million-") as folder, serving(Path(folder)) as port:
        memory = Memory()
        cashier, officer = Visitor(port, "cashier"), Visitor(port, "collection_officer")
        some = _some_holdings(120)
        with memory.watched():
            pages: dict[str, list[tuple[Visitor, tuple[str, ...]]]] = {
                "holding page with its dues": [
                    (cashier, (f"/holdings/{pk}/", f"/tax/holdings/{pk}/panel/")) for pk, _ in some
                ],
                "offers at the counter": [(cashier, (f"/tax/holdings/{pk}/pay/",)) for pk, _ in some],
                "building tile z16": [(officer, (_tile("buildings", place),)) for place in built_up_tiles(16, 120)],
                "tax status tile z16": [
                    (officer, (_tile("buildings_by_tax_status", place),)) for place in built_up_tiles(16, 120)
                ],
                "tile z12": [(officer, (_tile("buildings_by_tax_status", place),)) for place in built_up_tiles(12, 20)],
                "map page": [(officer, ("/map/",))] * 20,
                "tax desk of all wards": [(officer, ("/tax/",))] * 8,
                "bill run of a ward before issue": [(officer, (f"/tax/wards/{ward}/bills/",)) for ward in range(1, 32)],
            }
            officer.get("/map/")
            cashier.get("/tax/counter/")
            found = [_p95(name, _walked(acts), _PAGE, n) for name, acts in pages.items()]
    print(f"  web {memory.web:.0f} MB, database {memory.database:.0f} MB, together {memory.together:.0f} MB")
    return [
        *found,
        result("on a million: memory of web and database", memory.together / _BOUND_MB, 1, f"of {_BOUND_MB} MB", n),
    ]


def _walked(acts: list[tuple[Visitor, tuple[str, ...]]]) -> list[float]:
    for visitor, addresses in acts[:3]:
        visitor.seconds(*addresses)
    return [visitor.seconds(*addresses) for visitor, addresses in acts]


def _tile(layer: str, place: tuple[int, int, int]) -> str:
    return "/map/tiles/{}/{}/{}/{}.mvt".format(layer, *place)


def _nightly(n: int) -> list[Result]:
    from django.utils import timezone

    from imis.ledger import checks, proofs
    from layers.services import refresh_summaries

    acts: dict[str, Callable[[], object]] = {
        "every balance derived anew": lambda: _nothing(checks.discrepancies()),
        "every row proved": lambda: _nothing(proofs.findings()),
        "sums of the map": lambda: refresh_summaries(by=None, at=timezone.localtime()),
    }
    found = []
    for name, act in acts.items():
        taken = seconds(act)
        print(f"  {name}: {taken:.0f} s")
        found.append(result(f"on a million: {name}", taken / _NIGHT, 1, "of an hour", n))
    return found


def _nothing(wrong: object) -> None:
    first = next(iter(wrong), None)  # type: ignore[call-overload]
    assert first is None, first


if __name__ == "__main__":
    sys.exit(main())
