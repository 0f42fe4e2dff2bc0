"""Signatures of notices, as PayPal makes them: RSA, under a chain of certificates of our own."""

import base64
import json
import re
import zlib
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.x509.oid import NameOID

ALGORITHM = "SHA256withRSA"
NAMES = ["PayPal simulator root", "PayPal simulator issuer", "messageverificationcerts.paypal.com"]
VALID = timedelta(days=3650)


class Signer:
    """A key, and the certificates for it; kept in a folder, so that old signatures stay good."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder

    @cached_property
    def _kept(self) -> tuple[RSAPrivateKey, bytes]:
        if self.folder is None:
            return certified()
        key_file, chain_file = self.folder / "key.pem", self.folder / "chain.pem"
        if not chain_file.exists():
            key, chain = certified()
            key_file.touch(mode=0o600)
            key_file.write_bytes(
                key.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
            )
            chain_file.write_bytes(chain)
        loaded = serialization.load_pem_private_key(key_file.read_bytes(), None)
        assert isinstance(loaded, RSAPrivateKey)
        return loaded, chain_file.read_bytes()

    @property
    def chain(self) -> bytes:
        """The certificates as PEM: of the key, of its issuer, of the root."""
        return self._kept[1]

    @cached_property
    def cert_id(self) -> str:
        """The name that the chain is served under."""
        leaf = x509.load_pem_x509_certificate(self.chain)
        return f"CERT-{leaf.fingerprint(hashes.SHA256()).hex()[:16]}"

    def sign(self, transmission_id: str, time: str, webhook_id: str, raw: bytes) -> str:
        """The signature of a notice, in Base64."""
        text = signed_text(transmission_id, time, webhook_id, raw)
        signature = self._kept[0].sign(text, padding.PKCS1v15(), hashes.SHA256())
        return base64.b64encode(signature).decode()

    def is_genuine(
        self, signature: str, transmission_id: str, time: str, webhook_id: str, raw: bytes
    ) -> bool:
        """Whether the signature is ours, of exactly these bytes."""
        text = signed_text(transmission_id, time, webhook_id, raw)
        key = self._kept[0].public_key()
        try:
            given = base64.b64decode(signature, validate=True)
            key.verify(given, text, padding.PKCS1v15(), hashes.SHA256())
        except (ValueError, InvalidSignature):
            return False
        return True


def signed_text(transmission_id: str, time: str, webhook_id: str, raw: bytes) -> bytes:
    """What is signed: of the body only its checksum, as a decimal number."""
    return f"{transmission_id}|{time}|{webhook_id}|{zlib.crc32(raw)}".encode()


def certified() -> tuple[RSAPrivateKey, bytes]:
    """A new key for notices, and its chain: leaf first, root last."""
    keys = [generate_private_key(public_exponent=65537, key_size=2048) for _ in NAMES]
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in NAMES]
    now = datetime.now(UTC)
    chain = b""
    for place, key in enumerate(keys):
        issuer = max(place - 1, 0)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(names[place])
            .issuer_name(names[issuer])
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + VALID)
            .add_extension(
                x509.BasicConstraints(ca=place < len(keys) - 1, path_length=None), critical=True
            )
            .sign(keys[issuer], hashes.SHA256())
        )
        chain = certificate.public_bytes(serialization.Encoding.PEM) + chain
    return keys[-1], chain


def raw_event(body: bytes) -> bytes:
    """The bytes of `webhook_event` as they came, for a checksum: parsed and written anew, another.

    Raises ValueError when there is none.
    """
    text = body.decode()
    start = re.search(r'"webhook_event"\s*:\s*', text)
    if start is None:
        raise ValueError("no webhook_event")
    _, end = json.JSONDecoder().raw_decode(text, start.end())
    return text[start.end() : end].encode()
