"""A JSON column that keeps the very text it was given."""

from __future__ import annotations

from typing import Any

from django.db import models


class FrozenJSON(models.JSONField):
    """JSON stored as PostgreSQL `json`, not `jsonb`: written once, printed and hashed as it stands.

    The text of `jsonb` has to be taken apart and put together again at every insert and every hash; for a hundred
    thousand bills that is most of the work. Nobody searches inside these documents.
    """

    def db_type(self, connection: Any) -> str:
        """`json`: the exact text."""
        return "json"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """psycopg2 hands `json` over as Python values already; a part of it (KeyTransform) comes as text."""
        return super().from_db_value(value, expression, connection) if isinstance(value, str) else value
