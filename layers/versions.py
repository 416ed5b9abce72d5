"""Versions that date tiles: of the catalogue (computed from its content) and of the data (from the log of changes)."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from django.db import connection

from layers.catalogue import LAYERS
from layers.spec import Layer
from layers.tiles import statement, version_sql


@lru_cache(maxsize=1)
def catalogue_version() -> str:
    """Eight hex digits that change whenever any layer's tile would be made differently."""
    texts = [statement(layer, band, False) for layer in LAYERS for band in layer.bands]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:8]


def data_version(layer: Layer) -> str:
    """The version of a layer's data now; empty for layers that no cache may keep."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {version_sql(layer)}")
        return str(cursor.fetchone()[0])


def full_version(data: str) -> str:
    """The `v` of a tile's address: catalogue and data together; empty when the tile may not be kept."""
    return f"{catalogue_version()}-{data}" if data else ""
