"""Imports one survey file into an empty register and prints the seconds and the peak memory in bytes."""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path
from time import perf_counter

import django


def main() -> None:
    """Arguments: the survey file and the wards file."""
    django.setup()
    from django.utils import timezone

    from holdings.queries import outcomes
    from holdings.services import apply_survey, check_survey, stage_survey
    from holdings.services.places import load_wards
    from imis.models import User

    survey, wards = map(Path, sys.argv[1:])
    by, _ = User.objects.get_or_create(username="bench", defaults={"all_wards": True})
    load_wards(path=wards, by=by, at=timezone.now())
    start = perf_counter()
    file = stage_survey(path=survey, name=survey.name, by=by, at=timezone.now())
    staged = perf_counter()
    check_survey(file=file, by=by, at=timezone.now())
    checked = perf_counter()
    apply_survey(file=file, by=by, at=timezone.now())
    end = perf_counter()
    found = outcomes(file)
    if found.applied < found.rows * 0.98:
        raise SystemExit(f"only {found} was applied: this measures nothing")
    print(f"stage {staged - start:.2f} check {checked - staged:.2f} apply {end - checked:.2f}", file=sys.stderr)
    # The kernel's own count of a process starts at what its parent held when it was started; this one does not.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    own = int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
    reader = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    readers = min(2, len(os.sched_getaffinity(0)))  # the kernel tells the largest; a twin may be as large
    print(f"{end - start:.3f} {(own + readers * reader) * 1024}")


if __name__ == "__main__":
    main()
