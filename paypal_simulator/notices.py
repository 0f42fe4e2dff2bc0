"""Notices: signed as PayPal signs them, delivered in the background, again when refused."""

import base64
import json
import threading
import time
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from paypal_simulator.state import State, captures_of

RETRIES = (1, 3, 10, 30, 120)  # seconds; PayPal's own go on for three days
EVENTS = {
    "COMPLETED": "PAYMENT.CAPTURE.COMPLETED",
    "PENDING": "PAYMENT.CAPTURE.PENDING",
    "DECLINED": "PAYMENT.CAPTURE.DENIED",
    "REFUNDED": "PAYMENT.CAPTURE.REFUNDED",
}


class Signer:
    """A key and its certificate, made at the first start and kept."""

    def __init__(self, folder: Path | None) -> None:
        file = folder / "signing.pem" if folder else None
        if file and file.exists():
            text = file.read_bytes()
            self.key: Any = serialization.load_pem_private_key(text, None)
            self.certificate = x509.load_pem_x509_certificate(text)
            return
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name(
            [x509.NameAttribute(NameOID.COMMON_NAME, "messageverificationcerts.paypal.com")]
        )
        start = datetime.now(UTC)
        builder = x509.CertificateBuilder(name, name, self.key.public_key())
        builder = builder.serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(start).not_valid_after(start + timedelta(days=3650))
        self.certificate = builder.sign(self.key, hashes.SHA256())
        if file:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch(mode=0o600)
            file.write_bytes(self.private_pem() + self.pem())

    def private_pem(self) -> bytes:
        form = serialization.PrivateFormat.PKCS8
        encoding = serialization.Encoding.PEM
        pem: bytes = self.key.private_bytes(encoding, form, serialization.NoEncryption())
        return pem

    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def headers(self, raw: bytes, webhook_id: str, base: str) -> dict[str, str]:
        """The headers of one transmission."""
        transmission, moment = str(uuid4()), datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        signed = self.key.sign(
            message(transmission, moment, webhook_id, raw), padding.PKCS1v15(), hashes.SHA256()
        )
        return {
            "PAYPAL-TRANSMISSION-ID": transmission,
            "PAYPAL-TRANSMISSION-TIME": moment,
            "PAYPAL-TRANSMISSION-SIG": base64.b64encode(signed).decode(),
            "PAYPAL-CERT-URL": f"{base}/v1/notifications/certs/SIMULATOR",
            "PAYPAL-AUTH-ALGO": "SHA256withRSA",
            "Content-Type": "application/json",
        }

    def verify(self, asked: dict[str, Any], raw_event: bytes) -> bool:
        """What verify-webhook-signature says of a notice, byte for byte as it came."""
        public: Any = self.key.public_key()
        try:
            public.verify(
                base64.b64decode(asked["transmission_sig"]),
                message(
                    asked["transmission_id"],
                    asked["transmission_time"],
                    asked["webhook_id"],
                    raw_event,
                ),
                padding.PKCS1v15(),
                hashes.SHA256(),
            )
        except (InvalidSignature, KeyError, ValueError):
            return False
        return True


def message(transmission: str, moment: str, webhook_id: str, raw: bytes) -> bytes:
    """What is signed: the body only by its checksum."""
    return f"{transmission}|{moment}|{webhook_id}|{zlib.crc32(raw)}".encode()


def event_of(state: State, order: dict[str, Any]) -> dict[str, Any]:
    """The notice that an order's present state calls for."""
    taken = captures_of(order)
    if taken:
        capture = dict(taken[-1])
        capture["supplementary_data"] = {"related_ids": {"order_id": order["id"]}}
        kind, resource = EVENTS.get(capture["status"], "PAYMENT.CAPTURE.REFUNDED"), capture
        name = "capture"
    else:
        kind, resource, name = "CHECKOUT.ORDER.APPROVED", order, "checkout-order"
    return {
        "id": f"WH-{uuid4().hex[:17].upper()}-{uuid4().hex[:17].upper()}",
        "event_version": "1.0",
        "create_time": state.stamp(),
        "resource_type": name,
        "resource_version": "2.0",
        "event_type": kind,
        "summary": kind.replace(".", " ").capitalize(),
        "resource": resource,
        "links": [],
    }


class Courier:
    """Delivers notices in the background to every registered address."""

    def __init__(self, state: State, signer: Signer, base: str) -> None:
        self.state, self.signer, self.base = state, signer, base
        self.is_automatic = True

    def announce(self, order: dict[str, Any]) -> None:
        """Write down a notice, and bring it unless delivery is by hand."""
        event = event_of(self.state, order)
        self.state.data["events"].append(event)
        self.state.save()
        if self.is_automatic:
            threading.Thread(target=self.bring, args=(event,), daemon=True).start()

    def bring(self, event: dict[str, Any]) -> None:
        """Until somebody answers 2xx, or the tries are used up."""
        for wait in (0, *RETRIES):
            time.sleep(wait)
            if all(status < 300 for status in self.deliver(event)):
                return

    def deliver(self, event: dict[str, Any], *, tamper: str = "") -> list[int]:
        """Post a notice once to every address; `tamper` is "body" or "signature"."""
        answers = []
        for webhook_id, url in list(self.state.data["webhooks"].items()):
            raw = json.dumps(event).encode()
            headers = self.signer.headers(raw, webhook_id, self.base)
            if tamper == "body":
                raw = raw.replace(b"COMPLETED", b"COMPLETEX") + b" "
            if tamper == "signature":
                headers["PAYPAL-TRANSMISSION-SIG"] = base64.b64encode(b"x" * 256).decode()
            try:
                answer = requests.post(url, data=raw, headers=headers, timeout=10)
                answers.append(answer.status_code)
            except requests.RequestException:
                answers.append(599)
        return answers
