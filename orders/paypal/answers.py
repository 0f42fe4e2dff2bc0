"""Answers: what PayPal says of its orders and refunds, in the words of the gateway."""

from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from orders.gateway import OutcomeUnknown, RefundSnapshot, Snapshot

PAYER_HOSTS = {"www.paypal.com", "www.sandbox.paypal.com"}
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def snapshot(order: Any, *, debug_id: str, endpoint: str) -> Snapshot:
    """The order as PayPal tells it; its last capture decides about money, not its status."""
    if not isinstance(order, dict) or not {"id", "status"} <= order.keys():
        raise OutcomeUnknown("a success that does not say of what")
    unit = (order.get("purchase_units") or [{}])[0]
    captures = unit.get("payments", {}).get("captures") or [{}]
    capture = captures[-1]
    amount = capture.get("amount") or unit.get("amount") or {}
    links = {link["rel"]: link["href"] for link in order.get("links", [])}
    found = links.get("payer-action") or links.get("approve", "")
    refunds = unit.get("payments", {}).get("refunds") or []
    return Snapshot(
        paypal_id=order["id"],
        status=order["status"],
        amount=Decimal(amount["value"]) if amount else None,
        currency=amount.get("currency_code", ""),
        reference=capture.get("custom_id") or unit.get("custom_id", ""),
        capture_id=capture.get("id", ""),
        capture_status=capture.get("status", ""),
        detail=capture.get("status_details", {}).get("reason", ""),
        approve_url=payer_page(found, endpoint=endpoint),
        debug_id=debug_id,
        links=links,
        refunds=tuple(refund(one, debug_id=debug_id) for one in refunds),
    )


def refund(told: Any, *, debug_id: str) -> RefundSnapshot:
    if not isinstance(told, dict) or not {"id", "status"} <= told.keys():
        raise OutcomeUnknown("a success that does not say of what")
    amount = told.get("amount") or {}
    return RefundSnapshot(
        told["id"],
        told["status"],
        amount=Decimal(amount["value"]) if amount else None,
        currency=amount.get("currency_code", ""),
        reference=told.get("custom_id", ""),
        detail=told.get("status_details", {}).get("reason", ""),
        debug_id=debug_id,
    )


def payer_page(url: str, *, endpoint: str) -> str:
    """PayPal's page for the payer; a link to anywhere else is not followed."""
    if not url:
        return ""
    host, ours = urlsplit(url), urlsplit(endpoint)
    at_paypal = host.scheme == "https" and host.hostname in PAYER_HOSTS
    simulated = ours.hostname in LOOPBACK and host.netloc == ours.netloc
    if not (at_paypal or simulated):
        raise OutcomeUnknown(f"unexpected payer page {url}")
    return url
