"""Licence keys: unreadable at rest, found again only through a blind index.

AES-256-GCM with a key ring from FIELD_KEYS (`id:base64,…`): the first encrypts, all decrypt. Table,
blind index and ring key are bound into each ciphertext, so that rows cannot be swapped unnoticed.
The blind index is an HMAC under a key derived from the same ring key; once every row is sealed
with the first one (`rotate`), the others can be taken off the ring.
"""

import base64
import hashlib
import hmac
import secrets
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from accounts.keyring import derived, ring
from orders.models import LicenseKey

NONCE = 12  # bytes, as AES-GCM wants them
BATCH = 500  # rows sealed again in one transaction


class Sealed(NamedTuple):
    """A licence key as it is stored."""

    ciphertext: str
    blind_index: str


def index_key(key: bytes) -> bytes:
    """For the blind index; nothing is encrypted with it."""
    return derived(key, "orders.licensekey.blind_index")


def blind_indexes(text: str) -> list[str]:
    """How a licence key is found again, under each key of the ring, the first one's first.

    Keys are compared without spaces and in capitals, as people type them; in a link case counts.
    """
    plain = "".join(text.split())
    plain = plain if "://" in plain else plain.upper()
    return [
        hmac.new(index_key(key), plain.encode(), hashlib.sha256).hexdigest()
        for key in ring().values()
    ]


def seal(text: str) -> Sealed:
    """Encrypt with the first key of the ring."""
    name, key = next(iter(ring().items()))
    index = blind_indexes(text)[0]
    nonce = secrets.token_bytes(NONCE)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), _bound_to(name, index))
    return Sealed(f"{name}:{base64.b64encode(nonce + sealed).decode()}", index)


def decrypt(key: LicenseKey) -> str:
    """The licence key in the clear.

    Raises InvalidTag when the row was tampered with, KeyError when its ring key is gone.
    """
    name, _colon, encoded = key.ciphertext.partition(":")
    sealed = base64.b64decode(encoded)
    cipher = AESGCM(ring()[name])
    bound = _bound_to(name, key.blind_index)
    return cipher.decrypt(sealed[:NONCE], sealed[NONCE:], bound).decode()


def _bound_to(name: str, index: str) -> bytes:
    return f"{LicenseKey._meta.db_table}:{index}:{name}".encode()


def rotate() -> int:
    """Seal with the first key of the ring what another one sealed; how many rows that were."""
    first, total = next(iter(ring())), 0
    while done := _rotate_some(first):
        total += done
    return total


@transaction.atomic
def _rotate_some(first: str) -> int:
    old = LicenseKey.objects.exclude(ciphertext__startswith=f"{first}:").order_by("pk")
    rows = list(old.select_for_update()[:BATCH])
    for row in rows:
        row.ciphertext, row.blind_index = seal(decrypt(row))
    LicenseKey.objects.bulk_update(rows, ["ciphertext", "blind_index"])
    return len(rows)
