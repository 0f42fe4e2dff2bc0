"""Webhooks: PayPal's notices. Kept as they came, answered at once, read by a worker.

A notice is a hint to ask PayPal, never a fact: nothing in it is applied.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from audit.models import record
from orders import gateway, payments
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
LEASE = timedelta(minutes=2)
RETRIES = tuple(timedelta(seconds=s) for s in (5, 10, 20, 40, 80, 160, 320, 600))

Outcome = WebhookEvent.Outcome


class Unacceptable(Exception):
    """Not a notice of PayPal's shape: answered with 400."""


def receive(headers: Mapping[str, str], raw: bytes) -> WebhookEvent:
    """Keep a notice, once per event id. Raises Unacceptable for what PayPal would not send."""
    if len(raw) > MOST_BYTES:
        raise Unacceptable("too large")
    kept = {name: headers.get(name, "") for name in HEADERS}
    if not all(kept.values()) or not is_cert_url(kept["PAYPAL-CERT-URL"]):
        raise Unacceptable("headers")
    try:
        body = json.loads(raw)
        event_id, event_type = str(body["id"]), str(body["event_type"])
    except (ValueError, TypeError, KeyError) as error:
        raise Unacceptable("body") from error
    if not 0 < len(event_id) <= 80 or len(event_type) > 80:
        raise Unacceptable("body")
    event, is_new = WebhookEvent.objects.get_or_create(
        event_id=event_id,
        defaults={
            "event_type": event_type,
            "paypal_id": order_named_in(body)[:64],
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
    found, ours = urlsplit(url), urlsplit(settings.PAYPAL_BASE_URL)
    at_paypal = found.scheme == "https" and found.hostname in CERT_HOSTS
    simulated = ours.hostname == "127.0.0.1" and found.netloc == ours.netloc
    return (at_paypal or simulated) and found.path.startswith(CERT_PATH)


def order_named_in(body: Any) -> str:
    """PayPal's order id in a notice, wherever its kind has it; "" when there is none."""
    resource = body.get("resource") if isinstance(body, dict) else None
    if not isinstance(resource, dict):
        return ""
    if str(body.get("event_type", "")).startswith("CHECKOUT.ORDER"):
        return str(resource.get("id", ""))
    related = resource.get("supplementary_data") or {}
    ids = related.get("related_ids") if isinstance(related, dict) else None
    return str(ids.get("order_id", "")) if isinstance(ids, dict) else ""


def handle(pk: int) -> None:
    """Read one kept notice: verify it, then settle the payment it names. Twice is once."""
    event = claim(pk)
    if event is None:
        return
    try:
        genuine = gateway.provider().verify_webhook(event.headers, bytes(event.raw))
    except GatewayError:
        put_off(event)
        return
    if not genuine:
        record(event, "webhook.forged", by=None)
        finish(event, Outcome.FORGED)
        return
    payment = Payment.objects.filter(paypal_id=event.paypal_id or None).first()
    if payment is None:
        finish(event, Outcome.IGNORED)
        return
    try:
        payments.settle(payment.pk)
    except GatewayError:
        put_off(event)
    else:
        finish(event, Outcome.HANDLED)


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


def finish(event: WebhookEvent, outcome: str) -> None:
    WebhookEvent.objects.filter(pk=event.pk).update(outcome=outcome, handled_at=timezone.now())
