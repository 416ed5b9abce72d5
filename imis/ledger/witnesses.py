"""Which rows outside the books a closed day witnesses; upper apps add theirs with `register_witness`.

A row belongs to the first day closed after it was committed, whatever moment is written in it: a day's link keeps the
keys of the rows that no earlier day has. So a row whose number was taken before the seal and committed after it, or
one with a time of years ago, joins the next seal and is never a surprise; and nothing is paid when a row is made.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

# The least and the greatest key, where a gap has no end. A key is a bigint and unique among its witness's rows.
_LOWEST, _HIGHEST = -(2**63), 2**63 - 1

# What no earlier day has: the holes between the keys that are kept, each looked up by the index on the key.
_UNSEEN = """
    WITH unseen AS MATERIALIZED (
        SELECT r.key, r.hash FROM (
            SELECT unnest('{{(,)}}'::int8multirange - coalesce((
                SELECT range_agg(span) FROM ledger_witness w, unnest(w.keys::int8multirange) span
                WHERE w.name = %(name)s
            ), '{{}}')) AS gap
        ) g JOIN ({rows}) r
          ON r.key BETWEEN coalesce(lower(g.gap), %(lowest)s) AND coalesce(upper(g.gap) - 1, %(highest)s)
    )
    SELECT json_build_object(
        'name', %(name)s, 'keys', range_agg(int8range(key, key, '[]'))::text, 'count', count(*),
        'digest', encode(sha256(string_agg(hash, ''::bytea ORDER BY key)), 'hex'),
        'marks', encode(string_agg(substr(hash, 1, 4), ''::bytea ORDER BY key), 'hex'))::text
    FROM unseen HAVING count(*) > 0"""


@dataclass(frozen=True)
class Rows:
    """The rows of one witness as SQL: table (with its alias), key, the columns that never change, and which rows."""

    table: str
    key: str
    columns: tuple[str, ...]
    where: str

    @property
    def sql(self) -> str:
        """Key and hash of each row. Only functions of PostgreSQL itself: ours could have been replaced."""
        row_hash = f"sha256(convert_to(json_build_array({', '.join(self.columns)})::text, 'UTF8'))"
        # Every part is a constant of the code, given at start.
        return f"SELECT {self.key} AS key, {row_hash} AS hash FROM {self.table} WHERE {self.where}"  # noqa: S608 (as said above)


_witnesses: dict[str, Rows] = {}


def register_witness(name: str, *, table: str, key: str, columns: Sequence[str], where: str = "true") -> None:
    """Adds a witness: from the next seal on, `verify_chain` names each of these rows that is altered or gone.

    `key` is a whole number, unique, never changed. `columns` are expressions that never change once `where` holds, and
    whose text is the same in every session: a moment as `at AT TIME ZONE 'UTC'`, bytea as `encode(x, 'hex')`. What is
    registered stays: sealed days are proved with it, so a new column needs a witness of a new name. Register in a
    module that the app's `AppConfig.ready` imports. Raises ValueError for a name taken by another.
    """
    rows = Rows(table, key, tuple(columns), where)
    if _witnesses.get(name, rows) != rows:
        raise ValueError(f"The witness {name} is registered twice.")
    _witnesses[name] = rows


def unseen_rows() -> str:
    """The rows of every witness that no closed day has yet: the JSON that `ledger_seal_day` takes."""
    told = []
    with connection.cursor() as cursor:
        for name, rows in sorted(_witnesses.items()):
            given: dict[str, int | str] = {"name": name, "lowest": _LOWEST, "highest": _HIGHEST}
            cursor.execute(_UNSEEN.format(rows=rows.sql.replace("%", "%%")), given)
            told += [json.loads(text) for (text,) in cursor.fetchall()]
    return json.dumps(told)


def rows_in_order(name: str) -> str | None:
    """SQL for key and hash of a witness's rows as they are now, by key; None for a name nobody registered."""
    rows = _witnesses.get(name)
    return f"{rows.sql} ORDER BY 1" if rows else None


def long_text(column: str) -> str:
    """The column (json or text) by its own hash: spelling out kilobytes inside another text costs more than both."""
    return f"encode(sha256(convert_to({column}::text, 'UTF8')), 'hex')"


def moment(column: str) -> str:
    """The column (timestamptz) in words that are the same in every session."""
    return f"{column} AT TIME ZONE 'UTC'"


register_witness(
    "audit row",
    table="imis_auditrow",
    key="id",
    columns=("id", moment("at"), "by_id", "action", "object_type", "object_id", "ward", "details"),
)
register_witness(
    "office change",
    table="audit.office_change",
    key="id",
    columns=(
        "id", moment("at"), "database_user", "transaction::text", "operation", "user_id", "username", "before", "after",
    ),
)  # fmt: skip
