"""The bills of a whole ward as one file: which are printed, and where the file lies once it is made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from imis.bangla import fiscal_year_in
from imis.models import Job
from tax.models import Bill

WARD_BILLS = "ward_bills"


@dataclass(frozen=True)
class WardFile:
    """A finished file: where it lies, and the name under which it is handed out."""

    path: Path
    filename: str


def bills_to_print(arguments: dict[str, Any]) -> QuerySet[Bill]:
    """The bills of a request in the collector's order; bills issued after the request are not among them."""
    return Bill.objects.filter(
        ward_id=arguments["ward"],
        fiscal_year=arguments["fiscal_year"],
        quarter=arguments["quarter"],
        pk__lte=arguments["through"],
    ).order_by("route_order", "number")


def ward_bills_file(job: Job) -> WardFile | None:
    """The finished file of a job, None while there is none. The caller checks that the reader may see the ward."""
    path = ward_bills_folder(job).with_suffix(".pdf")
    if job.kind != WARD_BILLS or job.state != Job.State.DONE or not path.is_file():
        return None
    asked = job.arguments
    year = fiscal_year_in(asked["fiscal_year"], "en")
    return WardFile(path, f"bills-ward-{asked['ward']}-{year}-q{asked['quarter']}-{asked['lang']}.pdf")


def ward_bills_folder(job: Job) -> Path:
    return ward_bills_room() / str(job.pk)


def ward_bills_room() -> Path:
    """Where the files of all wards lie until they are cleared away."""
    return Path(settings.MEDIA_ROOT) / "ward-bills"
