"""PayPal: the one room that knows it. Orders v2, as the gateway asks for it.

Here are the calls; `bodies` has what they ask, `answers` what comes back, `transport` the wire.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from orders.gateway import Checkout, RefundRequest, RefundSnapshot, Rejected, Snapshot
from orders.paypal import answers, bodies
from orders.paypal.transport import PayPalApi

__all__ = ["PayPal", "PayPalApi"]


class PayPal:
    """Orders v2, in the words of the gateway."""

    def __init__(self, api: PayPalApi, *, webhook_id: str) -> None:
        self.api, self.webhook_id = api, webhook_id

    @classmethod
    def from_settings(cls) -> "PayPal":
        api = PayPalApi(
            endpoint=settings.PAYPAL_BASE_URL,
            client_id=settings.PAYPAL_CLIENT_ID,
            client_secret=settings.PAYPAL_CLIENT_SECRET,
        )
        return cls(api, webhook_id=settings.PAYPAL_WEBHOOK_ID)

    def create_order(self, checkout: Checkout) -> Snapshot:
        body = bodies.order(checkout)
        answer = self.api.post(
            "v2/checkout/orders", body, bodies.headers("order", checkout.reference)
        )
        return self._snapshot(answer)

    def fetch_order(self, paypal_id: str) -> Snapshot:
        return self._snapshot(self.api.get(f"v2/checkout/orders/{paypal_id}"))

    def capture(self, paypal_id: str, *, reference: uuid.UUID, generation: int) -> Snapshot:
        try:
            answer = self.api.post(
                f"v2/checkout/orders/{paypal_id}/capture",
                {},
                bodies.headers("capture", reference, generation),
            )
        except Rejected as refusal:
            if "ORDER_ALREADY_CAPTURED" not in refusal.issues:
                raise
            return self.fetch_order(paypal_id)  # somebody, perhaps we, was faster: read the truth
        return self._snapshot(answer)

    def refund(self, capture_id: str, *, asked: RefundRequest, generation: int) -> RefundSnapshot:
        path = f"v2/payments/captures/{capture_id}/refund"
        body = bodies.refund(asked)
        answer = self.api.post(path, body, bodies.headers("refund", asked.reference, generation))
        return self._refund(answer)

    def fetch_refund(self, refund_id: str) -> RefundSnapshot:
        return self._refund(self.api.get(f"v2/payments/refunds/{refund_id}"))

    def verify_webhook(self, headers: Mapping[str, str], raw: bytes) -> bool:
        """PayPal's own check."""
        body = bodies.check_of_notice(headers, raw, webhook_id=self.webhook_id)
        if body is None:
            return False
        answer = self.api.post("v1/notifications/verify-webhook-signature", body)
        return bool(answer.get("verification_status") == "SUCCESS")

    def _snapshot(self, order: Any) -> Snapshot:
        debug_id, endpoint = self.api.debug_id, self.api.endpoint
        return answers.snapshot(order, debug_id=debug_id, endpoint=endpoint)

    def _refund(self, refund: Any) -> RefundSnapshot:
        return answers.refund(refund, debug_id=self.api.debug_id)
