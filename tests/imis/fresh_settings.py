"""Reads imis.settings anew in another process with a changed environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

_SHOW = """
import json
from imis import settings
kinds = (bool, int, str, list, dict, tuple)
shown = {k: v for k, v in vars(settings).items() if k.isupper() and isinstance(v, kinds)}
print(json.dumps(shown, default=lambda _unknown: None))
"""


def environment(**changes: str | None) -> dict[str, str]:
    """This process's environment with some variables set (text) or removed (None)."""
    merged = {**os.environ, **{key: value for key, value in changes.items() if value is not None}}
    return {key: value for key, value in merged.items() if changes.get(key, "") is not None}


def read_settings(**changes: str | None) -> dict[str, Any]:
    """The settings under a changed environment; RuntimeError with what the process said when it fails."""
    done = subprocess.run(
        [sys.executable, "-c", _SHOW], env=environment(**changes), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    settings: dict[str, Any] = json.loads(done.stdout)
    return settings
