"""Repeatable chance: numbers that depend on a seed and a label, never on the order of calls.

A hash (splitmix64) instead of a stream, so that one ward's draws do not move when another's change and
no library's generator can change the city. Used for the look of the demo, never for money of a real payer.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SEED = 20230427

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def mixed(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Splitmix64's finaliser: each input bit moves half of the output bits."""
    with np.errstate(over="ignore"):
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return x ^ (x >> np.uint64(31))


class Chance:
    """Draws for one subject, for instance `Chance("ward", 22)`."""

    def __init__(self, *subject: object) -> None:
        text = "/".join(map(str, (SEED, *subject))).encode()
        low, high = zlib.crc32(text), zlib.crc32(text[::-1] + b"#")
        self._key = mixed(np.array([(high << 32) | low], dtype=np.uint64))[0]

    def unit(self, label: str, n: int) -> Floats:
        """`n` numbers in [0, 1) for this label."""
        with np.errstate(over="ignore"):
            start = self._key + np.uint64(zlib.crc32(label.encode())) * _GOLDEN
            bits = mixed(start + np.arange(n, dtype=np.uint64) * _GOLDEN)
        return np.asarray((bits >> np.uint64(11)) * (1.0 / (1 << 53)), dtype=np.float64)

    def between(self, label: str, n: int, low: float, high: float) -> Floats:
        """`n` numbers spread evenly over [low, high)."""
        return low + (high - low) * self.unit(label, n)

    def whole(self, label: str, n: int, low: int, high: int) -> Ints:
        """`n` whole numbers from `low` to `high`, both included."""
        return low + (self.unit(label, n) * (high - low + 1)).astype(np.int64)

    def happens(self, label: str, n: int, share: float | Floats) -> NDArray[np.bool_]:
        """`n` yes/no draws, yes with the probability `share`."""
        return np.asarray(self.unit(label, n) < share)

    def choice(self, label: str, n: int, weights: Sequence[float]) -> Ints:
        """`n` places in `weights`, each drawn as often as its weight says."""
        edges = np.cumsum(np.asarray(weights, dtype=float))
        return np.minimum(np.searchsorted(edges / edges[-1], self.unit(label, n), side="right"), len(edges) - 1)
