"""Notices: signed as PayPal signs, carried to whoever listens, and carried again."""

import base64
import threading
import time
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from paypal_simulator import control, webhooks
from tests.paypal_simulator.test_api import Shop


class Listener:
    """A web server that takes notices, or says no as often as it is told."""

    def __init__(self):
        self.taken, self.refuse = [], 0
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                is_refused, listener.refuse = listener.refuse > 0, listener.refuse - 1
                if not is_refused:
                    listener.taken.append((dict(self.headers), raw))
                self.send_response(500 if is_refused else 204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/notices"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def wait(self, number):
        until = time.monotonic() + 5
        while len(self.taken) < number and time.monotonic() < until:
            time.sleep(0.02)
        return self.taken

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def listener(paypal):
    listening = Listener()
    yield listening
    listening.close()


@pytest.fixture
def shop(paypal):
    return Shop(paypal.url)


@pytest.fixture
def hook(shop, listener):
    kinds = [{"name": "CHECKOUT.ORDER.APPROVED"}]
    body = {"url": listener.url, "event_types": kinds}
    return shop.post("/v1/notifications/webhooks", body).json()


def test_a_notice_is_carried_to_who_asked_for_it(paypal, shop, listener, hook):
    paypal.approve(shop.order().json()["id"])

    [(headers, raw)] = listener.wait(1)

    assert headers["PAYPAL-AUTH-ALGO"] == "SHA256withRSA"
    assert b'"event_type":"CHECKOUT.ORDER.APPROVED"' in raw
    assert [each["id"] for each in shop.get("/v1/notifications/webhooks").json()["webhooks"]] == [
        hook["id"]
    ]


def test_a_notice_that_was_refused_comes_again(paypal, shop, listener, hook, monkeypatch):
    monkeypatch.setattr(webhooks, "PAUSES", [0, 0])
    listener.refuse = 1

    paypal.approve(shop.order().json()["id"])

    assert len(listener.wait(1)) == 1


def test_the_signature_is_the_certificates(paypal, shop):
    paypal.approve(shop.order().json()["id"])
    [(headers, raw)] = paypal.notices()
    chain = requests.get(headers["PAYPAL-CERT-URL"], timeout=5).content

    leaf, issuer, root = x509.load_pem_x509_certificates(chain)
    text = "|".join(
        [
            headers["PAYPAL-TRANSMISSION-ID"],
            headers["PAYPAL-TRANSMISSION-TIME"],
            paypal.webhook_id,
            str(zlib.crc32(raw)),
        ]
    )
    signature = base64.b64decode(headers["PAYPAL-TRANSMISSION-SIG"])
    leaf.public_key().verify(signature, text.encode(), padding.PKCS1v15(), hashes.SHA256())
    leaf.verify_directly_issued_by(issuer)
    issuer.verify_directly_issued_by(root)
    root.verify_directly_issued_by(root)


def test_notices_come_twice_and_in_any_order(paypal, shop, listener, hook):
    first, second = (shop.order().json()["id"] for _ in range(2))
    paypal.approve(first)
    paypal.approve(second)
    listener.wait(2)
    listener.taken.clear()

    carried = control.deliver(paypal.simulator, only="CHECKOUT", order="reverse", times=2)

    assert [notice["status"] for notice in carried] == [204] * 4
    assert second.encode() in listener.taken[0][1]
    assert first.encode() in listener.taken[3][1]


def test_a_tampered_notice_is_carried_as_well(paypal, shop, listener, hook):
    paypal.approve(shop.order().json()["id"])
    listener.wait(1)

    control.deliver(paypal.simulator, tamper="body")

    assert b'"summary":"Really: ' in listener.wait(2)[1][1]
