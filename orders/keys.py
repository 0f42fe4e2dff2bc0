"""Licence keys: unreadable at rest, found again only through a blind index.

AES-256-GCM with a key ring from FIELD_KEYS (`id:base64,…`): the first encrypts, all decrypt. The
blind index is bound into each ciphertext, so that two rows cannot be swapped unnoticed.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import record
from catalog.models import Product
from orders.models import LicenseKey

NONCE = 12  # bytes, as AES-GCM wants them
LONGEST = 500  # characters of a key, link or code


@cache
def ring(text: str) -> dict[str, bytes]:
    """The keys by id, the encrypting one first. Raises ValueError for a key of another length."""
    found = {}
    for entry in text.split(","):
        name, _colon, encoded = entry.strip().partition(":")
        key = base64.b64decode(encoded)
        if len(key) != 32:
            raise ValueError(f"FIELD_KEYS: the key {name!r} is not 32 bytes long")
        found[name] = key
    return found


def index_key() -> bytes:
    """Derived from the ring's last key, which stays when new ones are put before it."""
    oldest = list(ring(settings.FIELD_KEYS).values())[-1]
    derive = HKDF(hashes.SHA256(), length=32, salt=None, info=b"orders.licensekey.blind_index")
    return derive.derive(oldest)


def blind_index(text: str) -> str:
    """The same for the same key however it is spaced, and of no use without our secret."""
    plain = "".join(text.split()).upper()
    return hmac.new(index_key(), plain.encode(), hashlib.sha256).hexdigest()


def encrypt(text: str, *, bound_to: str) -> str:
    """`id:base64`, readable only with the ring and together with what it is bound to."""
    name, key = next(iter(ring(settings.FIELD_KEYS).items()))
    nonce = secrets.token_bytes(NONCE)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), f"{name}:{bound_to}".encode())
    return f"{name}:{base64.b64encode(nonce + sealed).decode()}"


def decrypt(key: LicenseKey) -> str:
    """The licence key in the clear. Raises InvalidTag when the row was tampered with."""
    name, _colon, encoded = key.ciphertext.partition(":")
    sealed = base64.b64decode(encoded)
    cipher = AESGCM(ring(settings.FIELD_KEYS)[name])
    bound_to = f"{name}:{key.blind_index}".encode()
    return cipher.decrypt(sealed[:NONCE], sealed[NONCE:], bound_to).decode()


@dataclass
class Report:
    """What an import would do, or did: the keys that are new, and what is wrong by line."""

    fresh: list[str] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)


def examine(lines: Iterable[str]) -> Report:
    """Look at lines, one key each, without writing; blank lines are passed over."""
    report = Report()
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text:
            continue
        index = blind_index(text)
        if len(text) > LONGEST:
            report.faults.append((number, _("longer than %(most)s characters") % {"most": LONGEST}))
        elif index in seen:
            report.faults.append((number, _("the same as line %(line)s") % {"line": seen[index]}))
        else:
            seen[index] = number
            report.fresh.append(text)
    known = set(
        LicenseKey.objects.filter(blind_index__in=seen).values_list("blind_index", flat=True)
    )
    report.faults += [(seen[index], _("imported before")) for index in known]
    report.fresh = [text for text in report.fresh if blind_index(text) not in known]
    report.faults.sort()
    return report


@transaction.atomic
def add(product: Product, lines: Iterable[str], *, by: Any) -> Report:
    """Import the keys that are new; what is wrong is reported by line and left out."""
    report = examine(lines)
    LicenseKey.objects.bulk_create(
        LicenseKey(
            product=product,
            ciphertext=encrypt(text, bound_to=blind_index(text)),
            blind_index=blind_index(text),
            last4=text[-4:],
            imported_by=by,
        )
        for text in report.fresh
    )
    if report.fresh:
        record(product, "keys.imported", by=by, count=len(report.fresh))
    return report
