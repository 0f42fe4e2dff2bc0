"""What tests of payments share: an order to pay, PayPal's side of it, and what must hold after."""

import json

from django.utils import timezone
from paypal_simulator.notices import event_of

from mail.models import Message
from orders import payments, webhooks
from orders.models import MoneyEntry, Order, Payment, WebhookEvent
from portal.invariants import breaches
from tests.paypal_fixture import WEBHOOK_ID

# Of the simulator's clock and ours: what the small orders of tests leave out on purpose.
NOT_HERE = {"decided-by-somebody", "mail-moves", "notices-move", "holds-end"}


def begin(order: Order) -> Payment:
    """A payment whose payer was sent to PayPal."""
    payments.start(order, by=order.placed_by, language="en")
    return order.payments.get(status=Payment.Status.AWAITING_PAYER)


def again(row):
    """The row as it is now."""
    return type(row)._default_manager.get(pk=row.pk)


def mails(kind: str) -> int:
    return Message.objects.filter(kind=f"orders/{kind}").count()


def captures(paypal) -> list[dict]:
    """Every capture that PayPal made, of any order."""
    return [
        taken
        for order in paypal.simulator.state.data["orders"].values()
        for taken in order["purchase_units"][0].get("payments", {}).get("captures", [])
    ]


def age(payment: Payment, delta) -> None:
    Payment.objects.filter(pk=payment.pk).update(created_at=timezone.now() - delta)


def make_due(payment: Payment) -> None:
    Payment.objects.filter(pk=payment.pk).update(next_check_at=timezone.now())


def paid_once(paypal, order: Order) -> None:
    """One capture at PayPal, one entry in our ledger, one receipt, and nothing broken."""
    assert again(order).status == Order.Status.PAID
    assert [taken["status"] for taken in captures(paypal)] == ["COMPLETED"]
    assert MoneyEntry.objects.get().amount == order.total
    assert mails("receipt") == 1
    sound()


def sound() -> None:
    """No invariant is broken."""
    assert [b for b in breaches() if b.invariant.code not in NOT_HERE] == []


def notice(paypal, payment: Payment, kind: str = "", **changes) -> tuple[dict[str, str], bytes]:
    """A signed notice about a payment's PayPal order as it is there now: headers and body."""
    paypal.simulator.state.data["webhooks"].setdefault(WEBHOOK_ID, "http://127.0.0.1:9/")
    order = paypal.simulator.state.data["orders"][payment.paypal_id]
    event = event_of(paypal.simulator.state, order) | changes
    if kind:
        event["event_type"] = kind
    raw = json.dumps(event).encode()
    return paypal.simulator.signer.headers(raw, WEBHOOK_ID, paypal.url), raw


def post(client, headers: dict[str, str], raw: bytes):
    """Bring a notice to the site, as PayPal does."""
    plain = {name: value for name, value in headers.items() if name != "Content-Type"}
    return client.post(
        "/webhooks/paypal/", data=raw, content_type="application/json", headers=plain
    )


def receive(paypal, payment: Payment, **asked) -> WebhookEvent:
    headers, raw = notice(paypal, payment, **asked)
    return webhooks.receive(headers, raw)
