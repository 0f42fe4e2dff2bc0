"""Webhooks: PayPal's notices. Kept as they came, answered at once, read by a worker.

A notice is a hint to ask PayPal, never a fact: nothing in it is applied.
"""

import json
import logging
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from audit.models import record
from orders import gateway, paying_back, payments
from orders.gateway import GatewayError
from orders.models import Payment, WebhookEvent

MOST_BYTES = 256 * 1024
HEADERS = (
    "PAYPAL-TRANSMISSION-ID",
    "PAYPAL-TRANSMISSION-TIME",
    "PAYPAL-TRANSMISSION-SIG",
    "PAYPAL-CERT-URL",
    "PAYPAL-AUTH-ALGO",
)
CERT_HOSTS = {
    "api.paypal.com",
    "api-m.paypal.com",
    "api.sandbox.paypal.com",
    "api-m.sandbox.paypal.com",
}
CERT_PATH = "/v1/notifications/certs/"
NAME = re.compile(r"[A-Za-z0-9._-]{1,80}")
PAYPAL_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
MOST_HEADER = 2000  # characters
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
KNOWN = ("CHECKOUT.ORDER.", "CHECKOUT.PAYMENT-APPROVAL.", "PAYMENT.CAPTURE.", "PAYMENT.REFUND.")
# Their resource is a refund, which names its capture in a link and no order.
OF_REFUNDS = ("PAYMENT.CAPTURE.REFUNDED", "PAYMENT.CAPTURE.REVERSED", "PAYMENT.REFUND.")
LEASE = timedelta(minutes=2)
RETRIES = tuple(timedelta(seconds=s) for s in (5, 10, 20, 40, 80, 160, 320, 600))

SWEEP = 50  # notices a pass

Outcome = WebhookEvent.Outcome
log = logging.getLogger(__name__)


class Unacceptable(Exception):
    """Not a notice of PayPal's shape: answered with 400."""


def receive(headers: Mapping[str, str], raw: bytes) -> WebhookEvent:
    """Keep a notice, once per event id. Raises Unacceptable for what PayPal would not send."""
    if len(raw) > MOST_BYTES:
        raise Unacceptable("too large")
    kept = {name: headers.get(name, "")[:MOST_HEADER] for name in HEADERS}
    if not all(kept.values()) or not is_cert_url(kept["PAYPAL-CERT-URL"]):
        raise Unacceptable("headers")
    try:
        body = json.loads(raw)
        event_id, event_type = str(body["id"]), str(body["event_type"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise Unacceptable("body") from error
    if not NAME.fullmatch(event_id) or not NAME.fullmatch(event_type):
        raise Unacceptable("body")
    event, is_new = WebhookEvent.objects.get_or_create(
        event_id=event_id,
        defaults={
            "event_type": event_type,
            "paypal_id": order_named_in(body),
            "headers": kept,
            "raw": raw,
        },
    )
    if is_new:
        transaction.on_commit(lambda: wake(event.pk), robust=True)
    return event


def wake(pk: int) -> None:
    """Tell a worker at once; when the broker is down the sweep finds the row anyway."""
    from orders.tasks import handle_webhook  # tasks import this module

    handle_webhook.apply_async((pk,), retry=False)


def is_cert_url(url: str) -> bool:
    """Whether a certificate's address is at PayPal, or at the simulator that the settings name."""
    try:
        found, ours = urlsplit(url), urlsplit(settings.PAYPAL_BASE_URL)
        port = found.port
    except ValueError:
        return False
    at_paypal = found.scheme == "https" and found.hostname in CERT_HOSTS and port in {None, 443}
    simulated = ours.hostname in LOOPBACK and (found.scheme, found.netloc) == ours[:2]
    return (at_paypal or simulated) and found.path.startswith(CERT_PATH)


def order_named_in(body: Any) -> str:
    """PayPal's order id in a notice, wherever its kind has it; "" when there is none."""
    resource = body.get("resource") if isinstance(body, dict) else None
    if not isinstance(resource, dict):
        return ""
    if str(body.get("event_type", "")).startswith(OF_REFUNDS):
        return capture_named_in(resource)
    related = resource.get("supplementary_data")
    ids = related.get("related_ids") if isinstance(related, dict) else None
    kind = str(body.get("event_type", ""))
    if kind.startswith("CHECKOUT.ORDER."):
        found = resource.get("id")
    elif kind.startswith("CHECKOUT."):
        found = resource.get("order_id")
    else:
        found = ids.get("order_id") if isinstance(ids, dict) else None
    return found if isinstance(found, str) and PAYPAL_ID.fullmatch(found) else ""


def capture_named_in(refund: Mapping[str, Any]) -> str:
    """The capture that a refund's link leads up to; the link itself is never followed."""
    links = refund.get("links")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("rel") == "up":
            found = urlsplit(str(link.get("href", ""))).path.rpartition("/")[2]
            return found if PAYPAL_ID.fullmatch(found) else ""
    return ""


def handle(pk: int) -> None:
    """Read one kept notice: verify it, then settle the payment it names. Twice is once."""
    event = claim(pk)
    if event is None:
        return
    if event.tries > len(RETRIES) + 1:  # it broke every worker that read it
        finish(event, Outcome.DEAD)
        return
    try:
        finish(event, read(event))
    except GatewayError:
        put_off(event)


def read(event: WebhookEvent) -> Outcome:
    """What becomes of a notice. Raises the gateway's errors."""
    if not gateway.provider().verify_webhook(event.headers, bytes(event.raw)):
        record(event, "webhook.forged", by=None)
        return Outcome.FORGED
    if not event.paypal_id or not event.event_type.startswith(KNOWN):
        return Outcome.IGNORED
    if event.event_type.startswith(OF_REFUNDS):
        return read_refund(event)
    payment = Payment.objects.filter(paypal_id=event.paypal_id).first()
    if payment is None:
        return Outcome.IGNORED
    payments.settle(payment.pk)
    return Outcome.HANDLED


def read_refund(event: WebhookEvent) -> Outcome:
    """A refund was made, or failed: PayPal's list of them says which."""
    payment = Payment.objects.filter(capture_id=event.paypal_id).first()
    if payment is None:
        return Outcome.IGNORED
    paying_back.reconcile(payment)
    return Outcome.HANDLED


def claim(pk: int) -> WebhookEvent | None:
    """Take a due notice by putting it off; None when another worker has it."""
    lease = {"due_at": timezone.now() + LEASE, "tries": F("tries") + 1}
    taken = WebhookEvent.objects.due().filter(pk=pk).order_by().update(**lease)
    return WebhookEvent.objects.get(pk=pk) if taken else None


def put_off(event: WebhookEvent) -> None:
    """PayPal did not answer: try again later, or leave it to the sweep of payments."""
    if event.tries > len(RETRIES):
        finish(event, Outcome.DEAD)
    else:
        later = timezone.now() + RETRIES[event.tries - 1]
        WebhookEvent.objects.filter(pk=event.pk).update(due_at=later)


def sweep() -> int:
    """Read what is due, here and now, without a broker; how many notices were due."""
    due = list(WebhookEvent.objects.due().values_list("pk", flat=True)[:SWEEP])
    for pk in due:
        handle(pk)
    return len(due)


def read_again(event: WebhookEvent, *, by: Any) -> None:
    """Staff want a notice read once more, from the first try."""
    changes = {"outcome": Outcome.NEW, "handled_at": None, "tries": 0, "due_at": timezone.now()}
    WebhookEvent.objects.filter(pk=event.pk).update(**changes)
    record(event, "webhook.read_again", by=by)


def finish(event: WebhookEvent, outcome: Outcome) -> None:
    """What became of a notice; a dead one is on staff's list."""
    if outcome == Outcome.DEAD:
        log.error("notice %s: given up after %s tries", event, event.tries)
    WebhookEvent.objects.filter(pk=event.pk).update(outcome=outcome, handled_at=timezone.now())
