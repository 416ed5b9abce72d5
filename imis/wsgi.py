"""The door for gunicorn: Django, and before it the door for tiles."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "imis.settings")


def _application() -> Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]:
    django = get_wsgi_application()
    # Reads the catalogue, so it waits until Django is set up.
    from layers.door import TileDoor

    return TileDoor(django)


application = _application()
