"""What each operation of the API does, once a request has been found in order."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from werkzeug import Request

from paypal_simulator import orders, payments, shown, webhooks
from paypal_simulator.contract import Refusal
from paypal_simulator.signing import Signer
from paypal_simulator.state import Record, State

Answer = tuple[int, Record]


@dataclass(frozen=True)
class Call:
    """A request, taken apart: what is asked, of which resource, with which body."""

    state: State
    signer: Signer
    request: Request
    id: str
    body: Any
    violate: Callable[[str], None]  # notes what a client should not have done

    @property
    def is_minimal(self) -> bool:
        return "return=representation" not in self.request.headers.get("Prefer", "")

    def once(self, kind: str, do: Callable[[], Record], find: Callable[[str], Record]) -> Answer:
        """Do it, or find what was done when its request id came first; a refusal is not kept."""
        request_id = self.request.headers.get("PayPal-Request-Id", "")
        asked = json.dumps([self.request.path, self.body], sort_keys=True)
        asked = hashlib.sha256(asked.encode()).hexdigest()
        if first := self.state.replayed(kind, request_id):
            if first["asked"] != asked:
                self.violate(f"request id {request_id} was used for something else")
            return 200, find(first["done"])
        record = do()
        self.state.remember(kind, request_id, done=record["id"], asked=asked)
        return 201, record


def create_order(call: Call) -> Answer:
    has_source = "payment_source" in call.body
    if has_source and not call.request.headers.get("PayPal-Request-Id"):
        raise Refusal(400, "PAYPAL_REQUEST_ID_REQUIRED")
    status, order = call.once(
        "order",
        lambda: orders.create(call.state, call.body),
        lambda order_id: orders.get(call.state, order_id),
    )
    return status, shown.order(call.state, order, is_minimal=call.is_minimal)


def get_order(call: Call) -> Answer:
    return 200, shown.order(call.state, orders.get(call.state, call.id))


def capture_order(call: Call) -> Answer:
    status, order = call.once(
        "capture",
        lambda: payments.capture(call.state, call.id),
        lambda order_id: orders.get(call.state, order_id),
    )
    return status, shown.order(call.state, order, is_minimal=call.is_minimal)


def get_capture(call: Call) -> Answer:
    return 200, shown.capture(call.state, payments.get(call.state, call.id))


def refund_capture(call: Call) -> Answer:
    _, refund = call.once(
        "refund",
        lambda: payments.refund(call.state, call.id, call.body or {}),
        lambda refund_id: payments.get_refund(call.state, refund_id),
    )
    # Of a refund, the files know no 200: a repeated one is answered as the first was.
    return 201, shown.refund(call.state, refund, is_minimal=call.is_minimal)


def get_refund(call: Call) -> Answer:
    return 200, shown.refund(call.state, payments.get_refund(call.state, call.id))


def create_webhook(call: Call) -> Answer:
    return 201, webhooks.register(call.state, call.body["url"], call.body["event_types"])


def list_webhooks(call: Call) -> Answer:
    return 200, {"webhooks": list(call.state.data["webhooks"].values())}


def list_events(call: Call) -> Answer:
    asked = call.request.args
    events = [
        event
        for event in reversed(call.state.data["events"])
        if asked.get("event_type", event["event_type"]) == event["event_type"]
        and asked.get("start_time", "") <= event["create_time"]
        and event["create_time"] <= asked.get("end_time", "9999")
        and asked.get("transaction_id", event["resource"].get("id")) == event["resource"].get("id")
    ][: asked.get("page_size", 10, type=int)]
    return 200, {"events": events, "count": len(events)}


def verify_signature(call: Call) -> Answer:
    raw = call.request.get_data()
    is_genuine = webhooks.is_genuine(call.state, call.signer, call.body, raw)
    return 200, {"verification_status": "SUCCESS" if is_genuine else "FAILURE"}


OPERATIONS: dict[tuple[str, str], Callable[[Call], Answer]] = {
    ("post", "/v2/checkout/orders"): create_order,
    ("get", "/v2/checkout/orders/{id}"): get_order,
    ("post", "/v2/checkout/orders/{id}/capture"): capture_order,
    ("get", "/v2/payments/captures/{capture_id}"): get_capture,
    ("post", "/v2/payments/captures/{capture_id}/refund"): refund_capture,
    ("get", "/v2/payments/refunds/{refund_id}"): get_refund,
    ("post", "/v1/notifications/webhooks"): create_webhook,
    ("get", "/v1/notifications/webhooks"): list_webhooks,
    ("get", "/v1/notifications/webhooks-events"): list_events,
    ("post", "/v1/notifications/verify-webhook-signature"): verify_signature,
}
