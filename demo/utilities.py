"""Networks along the demo city's streets, and the accounts of most of its holdings.

Everything hangs on the roads' and holdings' codes through a hash, so the same size of city has the same networks.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection

from demo.statements import statement
from demo.story import PILOT_WARDS, at_noon
from imis.models import User
from utilities.services import measure_reach


def load_utilities(by: User, today: date) -> None:
    """Writes drains, sewers, water mains, electricity lines and accounts in the caller's transaction."""
    facts = {"sewered": list(PILOT_WARDS), "today": today}
    _run("utilities_streets", facts)
    _run("utilities_lines", facts)
    measure_reach(by=by, at=at_noon(today))
    _run("utilities_accounts", facts)


def _run(name: str, facts: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        for part in statement(name).split("\n;\n"):
            cursor.execute(part, facts)
        for table in ("sewer", "sewerreach", "connection"):
            cursor.execute(f"ANALYZE utilities_{table}")
