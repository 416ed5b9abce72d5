"""The key that signs receipts: an Ed25519 private key in a file only its owner may read.

IMIS_RECEIPT_KEY_FILE names the file (default: receipt-key in LOCAL_DIR). A demo makes it when first needed; a
production host makes it once with `manage.py make_receipt_key`. Public keys of retired signing keys lie beside it
as `<file>.retired/*.pub`, so that old receipts stay verifiable.
"""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from django.conf import settings


class NoReceiptKey(RuntimeError):
    """No signing key lies at the configured place, or its file is readable by others."""


def key_file() -> Path:
    """Where the private key lies."""
    return Path(settings.RECEIPT_KEY_FILE)


def make_key(path: Path) -> None:
    """Writes a new private key to `path`, mode 0600; raises FileExistsError rather than replace one."""
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)  # whole or not at all, and never over another process's key
    finally:
        draft.unlink()


def private_key() -> Ed25519PrivateKey:
    """The signing key; a demo makes one first. Raises NoReceiptKey."""
    path = key_file()
    if not path.exists():
        if not settings.DEMO:
            raise NoReceiptKey(f"{path} is missing. Make it once with `manage.py make_receipt_key`, and back it up.")
        try:
            make_key(path)
        except FileExistsError:
            pass  # another process of the demo was quicker; its key is the key
    return _loaded(str(path), path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _loaded(path: str, _changed: int) -> Ed25519PrivateKey:
    mode = Path(path).stat().st_mode
    if mode & 0o077:
        raise NoReceiptKey(f"{path} may be read by others (mode {mode & 0o777:o}); set it to 600.")
    key = load_pem_private_key(Path(path).read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise NoReceiptKey(f"{path} holds another kind of key; receipts need Ed25519.")
    return key


def public_pem() -> str:
    """The public half of the signing key as PEM text, to be published."""
    return private_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def key_name(public: Ed25519PublicKey) -> str:
    """Eight hex digits that tell one public key from another."""
    raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:8]


def public_keys() -> dict[str, Ed25519PublicKey]:
    """Every public key that may have signed a receipt, by name; the present one first."""
    current = private_key().public_key()
    known = {key_name(current): current}
    for path in sorted(Path(f"{key_file()}.retired").glob("*.pub")):
        key = load_pem_public_key(path.read_bytes())
        if isinstance(key, Ed25519PublicKey):
            known.setdefault(key_name(key), key)
    return known
