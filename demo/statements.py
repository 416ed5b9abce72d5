"""The set-based statements of the demo, kept as files in demo/sql/; `{label:code}` becomes a step's words."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from tax.queries.statements import label_json, literal
from tax.rules.wording import words

_SQL = Path(__file__).resolve().parent / "sql"


class _Labels:
    def __format__(self, code: str) -> str:
        return literal(label_json(code, words(code)))


@lru_cache(maxsize=32)
def statement(name: str) -> str:
    """The statement in demo/sql/<name>.sql; braces are doubled in those that name labels."""
    text = (_SQL / f"{name}.sql").read_text(encoding="utf-8")
    return text.format(label=_Labels()) if "{label:" in text else text
