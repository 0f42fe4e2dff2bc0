"""What tests of payments share: an order to pay, PayPal's side of it, and what must hold after."""

import json

from django.utils import timezone

from mail.models import Message
from orders import payments, webhooks
from orders.models import MoneyEntry, Order, Payment, WebhookEvent
from paypal_simulator.webhooks import signed
from portal.invariants import breaches

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
    return list(paypal.simulator.state.data["captures"].values())


def request_ids(paypal, path: str) -> set[str]:
    """Under which ids PayPal was asked for something."""
    return {entry["headers"]["Paypal-Request-Id"] for entry in paypal.requests(path)}


def approve(paypal, payment: Payment, scenario: str = "completed") -> None:
    """The payer says yes, and what becomes of it: see `paypal_simulator.payments.SCENARIOS`."""
    paypal.scenario(scenario, order=payment.paypal_id)
    paypal.approve(payment.paypal_id)


def tamper(paypal, payment: Payment, **unit) -> None:
    """PayPal's order is another one than we asked for."""
    with paypal.simulator.state.change() as data:
        data["orders"][payment.paypal_id]["units"][0] |= unit


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
    broken = [str(b) for b in breaches() if b.invariant.code not in NOT_HERE]
    assert broken == []


def notice(paypal, payment: Payment, kind: str = "", **changes) -> tuple[dict[str, str], bytes]:
    """A signed notice, the last that PayPal has about a payment: headers and body."""
    state = paypal.simulator.state
    about = [event for event in paypal.events() if payment.paypal_id in json.dumps(event)]
    event = about[-1] | changes
    if kind:
        event["event_type"] = kind
    told = signed(event, state=state, signer=paypal.simulator.signer, webhook_id=paypal.webhook_id)
    return told.headers, told.raw


def post(client, headers: dict[str, str], raw: bytes):
    """Bring a notice to the site, as PayPal does."""
    plain = {name: value for name, value in headers.items() if name != "Content-Type"}
    return client.post(
        "/webhooks/paypal/", data=raw, content_type="application/json", headers=plain
    )


def receive(paypal, payment: Payment, **asked) -> WebhookEvent:
    headers, raw = notice(paypal, payment, **asked)
    return webhooks.receive(headers, raw)
