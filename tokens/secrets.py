"""Secrets that are shown once: how they look, and what is kept of them."""

import hashlib
import re
import secrets
import string

ALPHABET = string.digits + string.ascii_letters
LENGTH = 32  # of 62 letters: about 190 bits
CHECK_LENGTH = 6  # lets a typing error be told without asking the database


def make(prefix: str) -> str:
    """A new secret, such as `rt_` and 38 letters, the last six of which check the others."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return f"{prefix}_{body}{checksum(prefix, body)}"


def is_well_formed(secret: str, prefix: str) -> bool:
    """Whether this can be a secret of ours; says nothing on whether it exists."""
    shape = rf"{prefix}_([0-9A-Za-z]{{{LENGTH}}})([0-9A-Za-z]{{{CHECK_LENGTH}}})"
    found = re.fullmatch(shape, secret)
    return found is not None and secrets.compare_digest(found[2], checksum(prefix, found[1]))


def checksum(prefix: str, body: str) -> str:
    number = int.from_bytes(hashlib.sha256(f"{prefix}_{body}".encode()).digest()[:8])
    letters = []
    for _ in range(CHECK_LENGTH):
        number, place = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[place])
    return "".join(letters)


def digest(secret: str) -> str:
    """What the database keeps; the secret has enough bits that a plain hash cannot be undone."""
    return hashlib.sha256(secret.encode()).hexdigest()
