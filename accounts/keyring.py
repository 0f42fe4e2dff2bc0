"""The key ring from FIELD_KEYS (`id:base64,…`): the first key is used, all are accepted."""

import base64
from functools import cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


@cache
def parse_ring(text: str) -> dict[str, bytes]:
    """The keys by id, the one in use first. Raises ValueError for a key of another length."""
    found = {}
    for entry in text.split(","):
        name, _colon, encoded = entry.strip().partition(":")
        key = base64.b64decode(encoded)
        if not name or len(key) != 32:
            raise ValueError(f"FIELD_KEYS: the key {name!r} is not 32 bytes long")
        found[name] = key
    return found


def ring() -> dict[str, bytes]:
    return parse_ring(settings.FIELD_KEYS)


@cache
def derived(key: bytes, purpose: str) -> bytes:
    """A key for one purpose; nothing else can be done with it."""
    return HKDF(hashes.SHA256(), length=32, salt=None, info=purpose.encode()).derive(key)
