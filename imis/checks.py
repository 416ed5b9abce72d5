"""What a production host must have said before it serves anybody: run by `manage.py check --deploy`."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security, deploy=True)
def public_address(app_configs: Any, **_options: Any) -> list[CheckMessage]:
    """Paper that leaves the house must name where it is proved: a QR code with a bare path leads nowhere."""
    parts = urlsplit(settings.PUBLIC_URL)
    if parts.scheme == "https" and parts.hostname:
        return []
    shown = settings.PUBLIC_URL or "nothing"
    return [
        Error(
            f"IMIS_PUBLIC_URL is {shown}: the QR codes of bills and receipts would hold no address that opens.",
            hint="Set it to the address under which the public reaches this server, such as https://imis.example.org",
            id="imis.E001",
        )
    ]
