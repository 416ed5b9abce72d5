"""Where the GeoServer stands, which database it reads, and its secrets; from settings and files, never printed."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from layers.spec import Audience


class NotConfigured(RuntimeError):
    """A setting or a secret that the work needs is absent; the sentence says which."""


@dataclass(frozen=True)
class Database:
    """The database as GeoServer reaches it; each audience logs in under a role of its own."""

    host: str
    port: str
    name: str
    ssl: str = ""
    passwords: dict[str, str] = field(default_factory=dict, repr=False)

    def user(self, audience: Audience) -> str:
        """The login role of an audience's store: it may read that audience's views and nothing else."""
        return f"geoserver_{audience.name.lower()}"

    def password(self, audience: Audience) -> str:
        """The password of that role. Raises NotConfigured when there is none."""
        return _given(self.passwords, f"database-{audience.name.lower()}")


@dataclass(frozen=True)
class Server:
    """A GeoServer: its address, the administrator, and the accounts through which `/ows/` reads."""

    url: str
    user: str = "admin"
    secrets: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def password(self) -> str:
        """The administrator's password. Raises NotConfigured when there is none."""
        return _given(self.secrets, "admin")

    def door(self, audience: Audience) -> tuple[str, str]:
        """Name and password of the account that may read one audience's layers."""
        name = audience.name.lower()
        return f"door_{name}", _given(self.secrets, f"door-{name}")


def secret_names() -> tuple[str, ...]:
    """Every secret the publisher and the door need; each is a file of that name in the folder of secrets."""
    audiences = [audience.name.lower() for audience in Audience]
    return ("admin", "master", *(f"door-{name}" for name in audiences), *(f"database-{name}" for name in audiences))


def secrets_in(folder: Path) -> dict[str, str]:
    """The secrets whose files are there; the administrator's may come from the environment instead."""
    found = {
        name: (folder / name).read_text(encoding="utf-8").strip()
        for name in secret_names()
        if (folder / name).is_file()
    }
    if settings.GEOSERVER_PASSWORD:
        found["admin"] = settings.GEOSERVER_PASSWORD
    return found


def server() -> Server:
    """The GeoServer of this installation. Raises NotConfigured when IMIS_GEOSERVER_URL names none."""
    if not settings.GEOSERVER_URL:
        raise NotConfigured("IMIS_GEOSERVER_URL is not set: there is no GeoServer to publish to.")
    return Server(settings.GEOSERVER_URL, settings.GEOSERVER_USER, secrets_in(settings.GEOSERVER_SECRETS))


def database() -> Database:
    """The database that GeoServer's stores read."""
    ours = settings.DATABASES["default"]
    return Database(
        host=settings.GEOSERVER_DB_HOST,
        port=settings.GEOSERVER_DB_PORT or str(ours["PORT"] or 5432),
        name=str(ours["NAME"]),
        ssl=settings.GEOSERVER_DB_SSL,
        passwords=secrets_in(settings.GEOSERVER_SECRETS),
    )


def _given(secrets: dict[str, str], name: str) -> str:
    if name not in secrets:
        raise NotConfigured(
            f"The secret {name} is missing: `manage.py geoserver_secrets` makes {settings.GEOSERVER_SECRETS}/{name}."
        )
    return secrets[name]
