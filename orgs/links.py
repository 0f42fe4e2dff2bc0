"""Links that e-mails carry: a secret in the address, its digest in the database."""

import hashlib
import secrets

BITS = 160


def make() -> str:
    """A new secret that nobody can guess, as text for an address."""
    return secrets.token_urlsafe(BITS // 8)


def digest(secret: str) -> str:
    """What the database keeps; the secret has enough bits that a plain hash cannot be undone."""
    return hashlib.sha256(secret.encode()).hexdigest()
