"""The word by which a GIS program signs in: its user's name, and a token in the place of a password.

A token is signed, not stored. It ends after LIFETIME, with the password it was made under, and with the account; the
roles are read anew at each use. So it opens maps only, and the second factor asked for when it was made is not walked
around. docs/adr tells why and what it costs.
"""

from __future__ import annotations

import base64

from django.conf import settings
from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from imis.models import User

LIFETIME = 90 * 24 * 3600
_SIGNER = signing.TimestampSigner(salt="layers.token")


def make_token(user: User) -> str:
    """A new token for a user; earlier ones stay good until they end."""
    return _SIGNER.sign_object([user.pk, _mark(user)])


def bearer(name: str, token: str) -> User | None:
    """The active user behind a name and token; None when it is forged, too old, another's, or outlived its password."""
    try:
        number, mark = _SIGNER.unsign_object(token, max_age=LIFETIME)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    user = User.objects.filter(pk=number, is_active=True).first()
    if user is None or not constant_time_compare(mark, _mark(user)) or not constant_time_compare(name, user.username):
        return None
    return None if user.must_change_password else user


def basic(header: str) -> User | None:
    """The user of an Authorization header of the kind Basic; None when it names nobody."""
    kind, _, content = header.partition(" ")
    if kind.lower() != "basic" or len(content) > 2000:
        return None
    try:
        name, _, token = base64.b64decode(content, validate=True).decode("utf-8").partition(":")
    except ValueError:  # no base 64, no UTF-8, or signs that no header may hold
        return None
    return bearer(name, token)


def _mark(user: User) -> str:
    """Changes with the password."""
    return salted_hmac("layers.token", user.password, secret=settings.SECRET_KEY).hexdigest()[:24]
