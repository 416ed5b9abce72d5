"""Statements that a connection plans once and then only runs: PREPARE and EXECUTE over the present driver.

PostgreSQL plans the first five runs for their values and then keeps one plan for all, unless it expects more of the
single ones. It plans anew by itself after ANALYZE or a change of a table. A pooler that hands out another server
connection for each transaction would lose the plans; there is none (docs/adr/0006-the-map.md).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection

Row = tuple[Any, ...]
_PARAMETER = re.compile(r"%\((\w+)\)s")
# The plans that each server connection has been given.
_given: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class Plan:
    """A named statement: how a connection is given it, and how it is run with named values."""

    name: str
    prepare: str
    execute: str


def plan(name: str, sql: str, types: Mapping[str, str]) -> Plan:
    """The plan of a statement with parameters written `%(name)s`, each of the SQL type that `types` gives it."""
    used = list(dict.fromkeys(_PARAMETER.findall(sql)))
    numbered = sql % {each: f"${place}" for place, each in enumerate(used, 1)}
    head = f"{name} ({', '.join(types[each] for each in used)})" if used else name
    values = f"({', '.join(f'%({each})s' for each in used)})" if used else ""
    return Plan(name, f"PREPARE {head} AS {numbered}", f"EXECUTE {name}{values}")


def row(wanted: Plan, values: Mapping[str, Any], *, first: str = "") -> Row:
    """The first row that a plan finds, in one round trip once the connection has it; `first` runs before it."""
    with connection.cursor() as cursor:
        given = _given.setdefault(connection.connection, set())
        if wanted.name not in given:
            cursor.execute(wanted.prepare)
            given.add(wanted.name)
        cursor.execute(first + wanted.execute, values)
        found: Row = cursor.fetchone()
    return found
