"""The proof of the books as a background job: it reads every row and takes minutes on a large city."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from imis.jobs import Step, handler
from imis.ledger import proofs
from imis.ledger.checks import discrepancies
from imis.models import Job

KIND = "prove_books"
_SHOWN = 50


def _books(_job: Job) -> str:
    return reverse("ledger:chain")


@handler(KIND, label=_("Proof of the books"), result_url=_books, start="ledger:chain")
def prove_books(job: Job, step: Step) -> dict[str, Any]:
    """Runs the proof and the reconciliations; the result names up to fifty rows of each."""
    return {
        "findings": [str(finding) for finding in islice(proofs.findings(), _SHOWN)],
        "discrepancies": [f"{found.check}: {found.detail}" for found in islice(discrepancies(), _SHOWN)],
    }
