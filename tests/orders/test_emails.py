"""The e-mails about orders: each readable alone, in both languages, with one way on."""

from functools import partial

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from mail.models import Message
from orders import emails
from orders.models import Order, Payment
from tests.factories import OrderFactory, OrderLineFactory

Status = Order.Status


@pytest.fixture(params=["fr", "en"])
def order(db, request):
    order = OrderFactory(hold_until=timezone.now(), language=request.param)
    order.placed_by.language = order.organization.language = request.param
    OrderLineFactory(order=order)
    return order


def payment(order):
    return Payment.objects.create(
        order=order,
        seq=1,
        status="captured",
        capture_id="C1",
        captured_at=timezone.now(),
        amount=order.total,
        language="en",
        started_by=order.placed_by,
    )


def of_status(status):
    def tell(order):
        order.status = status
        if status in Order.GIVEN_BACK:
            emails.ended(order, reason="Outside the program")
        else:
            emails.placed(order)

    return tell


TELL = {
    "placed": emails.placed,
    "awaiting_partner": of_status(Status.AWAITING_PARTNER),
    "free": of_status(Status.PAID),
    "approved": emails.approved,
    "cancelled": of_status(Status.CANCELLED),
    "expired": of_status(Status.EXPIRED),
    "refused": of_status(Status.REFUSED),
    "receipt": lambda order: emails.receipt(payment(order)),
    "payment_pending": lambda order: emails.payment_pending(payment(order)),
    "payment_denied": lambda order: emails.payment_denied(payment(order)),
    "paid_too_late": lambda order: emails.paid_too_late(payment(order), may_wait=True),
    "held": lambda order: emails.held(order, 1),
    "released": lambda order: emails.released(order, 1),
    "allocated": emails.allocated,
    "licences_ready": emails.licences_ready,
    "licences_delayed": emails.licences_delayed,
}


@pytest.mark.parametrize("kind", TELL)
def test_it_says_which_order_and_where_to_go_on(order, kind):
    TELL[kind](order)
    message = Message.objects.filter(kind=f"orders/{kind}").first()
    with translation.override(order.language):
        path = reverse("orders:detail", args=[order.organization.number, order.number])
    assert str(order.number) in message.subject
    assert len(message.subject) <= 78
    for body in (message.text, message.html):
        assert path in body
        assert str(order.number) in body
        assert "{{" not in body
        assert "{%" not in body
    assert "<" not in message.text
    assert "&#" not in message.text
    assert message.language == order.language


@pytest.mark.parametrize("kind", TELL)
def test_telling_twice_tells_once(order, kind):
    if kind in {"receipt", "payment_pending", "payment_denied", "paid_too_late"}:
        paid = payment(order)
        too_late = partial(emails.paid_too_late, may_wait=True)
        tell = too_late if kind == "paid_too_late" else getattr(emails, kind)
        deeds = [lambda: tell(paid)] * 2
    else:
        deeds = [lambda: TELL[kind](order)] * 2
    for deed in deeds:
        deed()
    messages = Message.objects.filter(kind=f"orders/{kind}")
    assert messages.count() == messages.values("to").distinct().count()


def test_licences_are_announced_to_the_organization_too(order):
    emails.licences_ready(order)
    assert {m.to[0] for m in Message.objects.all()} == {
        order.placed_by.email,
        order.licence_email,
    }
