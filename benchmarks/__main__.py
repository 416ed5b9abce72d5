"""`python -m benchmarks [name] [--quick]`: runs benchmarks/bench_*.py, prints a table, writes benchmarks/results.json.

Exits 1 if a bound is missed. Works in a database of its own, made for the run and dropped after it.
"""

from __future__ import annotations

import argparse
import sys

from benchmarks.databases import own_database
from benchmarks.harness import benchmark_names, print_table, run_all, write_results


def main() -> int:
    """Runs the benchmarks named on the command line, or all."""
    parser = argparse.ArgumentParser(prog="bin/imis bench", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"any of: {', '.join(benchmark_names())}")
    parser.add_argument("--quick", action="store_true", help="smaller sizes and fewer rounds: shows that it runs")
    options = parser.parse_args()
    unknown = set(options.names) - set(benchmark_names())
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    with own_database():
        results = run_all(options.names or benchmark_names(), quick=options.quick)
    print_table(results)
    if not options.quick:
        write_results(results)
    return 0 if results and all(one["ok"] for one in results) else 1


if __name__ == "__main__":
    sys.exit(main())
