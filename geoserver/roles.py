"""The database logins of GeoServer's stores: each reads one audience's views and writes nothing."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from django.db import connection, transaction

from geoserver import config
from layers.spec import Audience

LIMITS = {
    "default_transaction_read_only": "on",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
    "jit": "off",
}
CONNECTIONS = 12
_ITERATIONS = 4096


@transaction.atomic
def make_logins() -> int:
    """Makes or mends the login roles; returns their number. Run as a role that may make roles.

    The server gets a SCRAM verifier, so that no statement and no log of it ever holds a password.
    """
    database = config.database()
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for audience in Audience:
            user = quote(database.user(audience))
            cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [database.user(audience)])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE ROLE {user}")
            cursor.execute(
                f"ALTER ROLE {user} LOGIN NOCREATEDB NOCREATEROLE INHERIT CONNECTION LIMIT {CONNECTIONS} PASSWORD %s",
                [verifier(database.password(audience))],
            )
            for name, value in LIMITS.items():
                cursor.execute(f"ALTER ROLE {user} SET {name} = '{value}'")
            cursor.execute(f"GRANT {quote(audience.schema)} TO {user}")
    return len(Audience)


def verifier(password: str, salt: bytes | None = None) -> str:
    """The SCRAM-SHA-256 verifier PostgreSQL keeps of an ASCII password (RFC 5802, RFC 7677)."""
    salt = salt or secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode("ascii"), salt, _ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    salt64, stored64, server64 = (base64.b64encode(part).decode() for part in (salt, stored, server))
    return f"SCRAM-SHA-256${_ITERATIONS}:{salt64}${stored64}:{server64}"
