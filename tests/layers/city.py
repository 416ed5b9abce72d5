"""Where the test city stands, and the tiles that show it."""

from __future__ import annotations

from layers.tiles import HALF_WORLD

YEAR = 2026
# The lower left corner of the city: 60 units into the tile 16/49070/28499 of Khulna.
_SIZE = 2 * HALF_WORLD / 2**16
X0 = -HALF_WORLD + 49070 * _SIZE + 60
Y0 = HALF_WORLD - 28500 * _SIZE + 60


def tile_at(z: int) -> tuple[int, int, int]:
    """The tile of zoom `z` that holds the city's lower left corner."""
    size = 2 * HALF_WORLD / 2**z
    return z, int((X0 + HALF_WORLD) / size), int((HALF_WORLD - Y0) / size)
