"""PayPal's notices: kept once, answered at once, verified, and only then a hint to ask."""

import json
from random import Random

import pytest
from django.db import IntegrityError
from django.utils import timezone

from audit.models import Entry
from orders import gateway, tasks, webhooks
from orders.models import MoneyEntry, Order, Payment, WebhookEvent
from orders.webhooks import Unacceptable, is_cert_url, order_named_in
from tests.conftest import at_once
from tests.factories import MembershipFactory, ProductFactory
from tests.orders.conftest import fill, place
from tests.orders.paying import (
    again,
    approve,
    begin,
    captures,
    mails,
    notice,
    paid_once,
    post,
    receive,
)

Outcome = WebhookEvent.Outcome


@pytest.fixture
def approved(placed, paypal):
    payment = begin(placed)
    paypal.approve(payment.paypal_id)
    return payment


def test_a_notice_is_kept_answered_and_pays_the_order(client, approved, placed, paypal):
    headers, raw = notice(paypal, approved)
    assert post(client, headers, raw).status_code == 200
    event = WebhookEvent.objects.get()
    assert (event.outcome, bytes(event.raw)) == (Outcome.NEW, raw)
    assert again(placed).status == Order.Status.AWAITING_PAYMENT  # nothing is done while it waits
    assert webhooks.sweep() == 1
    assert again(event).outcome == Outcome.HANDLED
    paid_once(paypal, placed)


def test_a_notice_that_comes_again_is_kept_once(client, approved, placed, paypal):
    headers, raw = notice(paypal, approved)
    for _ in range(3):
        assert post(client, headers, raw).status_code == 200
        webhooks.sweep()
    assert WebhookEvent.objects.count() == 1
    paid_once(paypal, placed)


def test_notices_in_the_wrong_order_end_in_the_same_state(client, approved, placed, paypal):
    early = notice(paypal, approved)
    gateway.provider().capture(approved.paypal_id, reference=approved.reference, generation=0)
    late = notice(paypal, approved)
    for headers, raw in (late, early, late):
        post(client, headers, raw)
        webhooks.sweep()
    paid_once(paypal, placed)


@pytest.mark.parametrize("spoil", ["signature", "body"])
def test_a_forged_notice_is_kept_as_such_and_asks_nothing(client, approved, placed, paypal, spoil):
    headers, raw = notice(paypal, approved)
    if spoil == "signature":
        headers["PAYPAL-TRANSMISSION-SIG"] = "eHh4"
    else:
        raw = raw.replace(b'"25.00"', b'"1.00"')
    assert post(client, headers, raw).status_code == 200
    webhooks.sweep()
    event = WebhookEvent.objects.get()
    assert event.outcome == Outcome.FORGED
    assert Entry.objects.about(event).get().action == "webhook.forged"
    assert not paypal.requests("/capture")
    assert again(placed).status == Order.Status.AWAITING_PAYMENT


def test_a_notice_of_nobodys_order_is_ignored(approved, paypal):
    event = receive(paypal, approved)
    Payment.objects.update(paypal_id="ANOTHER")
    webhooks.handle(event.pk)
    assert again(event).outcome == Outcome.IGNORED


def test_a_notice_without_an_order_touches_no_payment(placed, approved, paypal):
    """A payment whose id is not known yet must not be taken for it."""
    Payment.objects.update(paypal_id=None, status=Payment.Status.CREATING)
    made = len(paypal.simulator.state.data["orders"])
    Payment.objects.update(paypal_id=approved.paypal_id)
    event = receive(paypal, approved, resource={"id": "R-1"}, event_type="PAYMENT.CAPTURE.REFUNDED")
    Payment.objects.update(paypal_id=None)
    webhooks.handle(event.pk)
    assert again(event).outcome == Outcome.IGNORED
    assert len(paypal.simulator.state.data["orders"]) == made


def test_a_kind_that_is_new_to_us_is_ignored(approved, placed, paypal):
    event = receive(paypal, approved, kind="CUSTOMER.DISPUTE.CREATED")
    webhooks.handle(event.pk)
    assert again(event).outcome == Outcome.IGNORED
    assert again(placed).status == Order.Status.AWAITING_PAYMENT


def test_a_notice_read_twice_at_once_is_read_once(approved, paypal):
    event = receive(paypal, approved)
    assert webhooks.claim(event.pk) is not None
    assert webhooks.claim(event.pk) is None


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_the_same_notice_twice_at_once_is_kept_once(approved, paypal):
    headers, raw = notice(paypal, approved)
    found = at_once(*[lambda: webhooks.receive(headers, raw)] * 4)
    assert len({event.pk for event in found}) == 1
    with pytest.raises(IntegrityError):  # what holds it is the key, not the look before
        WebhookEvent.objects.create(event_id=found[0].event_id, event_type="X", raw=b"")


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_ten_copies_of_every_notice_by_eight_senders_pay_each_order_once(paypal):
    """In any order, read by four workers at once."""
    payments = [begin(place(fill(MembershipFactory(), ProductFactory()))) for _ in range(4)]
    for payment in payments:
        approve(paypal, payment)
    sent = [notice(paypal, payment) for payment in payments]
    copies = sent * 10
    Random(7).shuffle(copies)

    def send(share):
        for headers, raw in share:
            webhooks.receive(headers, raw)

    at_once(*[lambda share=copies[n::8]: send(share) for n in range(8)])
    assert WebhookEvent.objects.count() == len(sent)
    at_once(*[webhooks.sweep] * 4)
    assert len(captures(paypal)) == MoneyEntry.objects.count() == mails("receipt") == 4
    assert {again(payment.order).status for payment in payments} == {Order.Status.PAID}


# What PayPal would not send


def test_who_asks_without_a_notice_is_refused(client, db):
    assert client.get("/webhooks/paypal/").status_code == 405
    assert client.post("/webhooks/paypal/").status_code == 400
    assert not WebhookEvent.objects.exists()


@pytest.mark.parametrize("header", webhooks.HEADERS)
def test_a_notice_lacking_a_header_is_refused(client, approved, paypal, header):
    headers, raw = notice(paypal, approved)
    del headers[header]
    assert post(client, headers, raw).status_code == 400
    assert not WebhookEvent.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"not json",
        b"\xff\xfe",
        b'{"id": "", "event_type": "X"}',
        b'{"id": {"a": 1}, "event_type": "X"}',
        b'{"id": "a\\u0000b", "event_type": "X"}',
        b'{"id": "WH-1", "event_type": "X\\nY"}',
        b'{"id": "' + b"9" * 81 + b'", "event_type": "X"}',
        b"[" * 100_000,
    ],
)
def test_what_is_not_a_notice_is_refused(client, approved, paypal, body):
    headers, _raw = notice(paypal, approved)
    assert post(client, headers, body).status_code == 400
    assert not WebhookEvent.objects.exists()


def test_an_oversized_notice_is_refused(client, approved, paypal):
    headers, raw = notice(paypal, approved)
    body = json.loads(raw) | {"summary": "x" * webhooks.MOST_BYTES}
    assert post(client, headers, json.dumps(body).encode()).status_code == 400
    with pytest.raises(Unacceptable):  # and when nobody said how long it is
        webhooks.receive(headers, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("url", "is_theirs"),
    [
        ("https://api.paypal.com/v1/notifications/certs/CERT-1", True),
        ("https://api-m.sandbox.paypal.com/v1/notifications/certs/CERT-1", True),
        ("http://api.paypal.com/v1/notifications/certs/CERT-1", False),
        ("https://api.paypal.com/elsewhere", False),
        ("https://api.paypal.com.evil.example/v1/notifications/certs/1", False),
        ("https://api.paypal.com@evil.example/v1/notifications/certs/1", False),
        ("https://api.paypal.com:8443/v1/notifications/certs/1", False),
        ("http://127.0.0.1:9050/v1/notifications/certs/1", False),
        ("https://[", False),
        ("", False),
    ],
)
def test_certificates_are_paypals(settings, url, is_theirs):
    settings.PAYPAL_BASE_URL = "https://api-m.paypal.com"
    assert is_cert_url(url) is is_theirs


def test_certificates_of_a_simulator_only_where_the_settings_name_one(settings):
    settings.PAYPAL_BASE_URL = "http://127.0.0.1:9050"
    assert is_cert_url("http://127.0.0.1:9050/v1/notifications/certs/1")
    assert not is_cert_url("http://127.0.0.1:9051/v1/notifications/certs/1")
    settings.PAYPAL_BASE_URL = "http://simulator.example:9050"
    assert not is_cert_url("http://simulator.example:9050/v1/notifications/certs/1")


@pytest.mark.parametrize(
    "resource",
    [None, 7, [], {"supplementary_data": 3}, {"supplementary_data": {"related_ids": []}}],
)
def test_a_notice_of_another_shape_names_no_order(resource):
    assert order_named_in({"event_type": "PAYMENT.CAPTURE.DENIED", "resource": resource}) == ""


# When PayPal does not answer


def test_a_notice_is_tried_again_later_and_given_up_in_the_end(approved, paypal, settings):
    event = receive(paypal, approved)
    settings.PAYPAL_BASE_URL = "http://127.0.0.1:9"
    gateway.provider.cache_clear()
    waits = []
    for _ in webhooks.RETRIES:
        webhooks.handle(event.pk)
        waits.append(round((again(event).due_at - timezone.now()).total_seconds()))
        WebhookEvent.objects.update(due_at=timezone.now())
    assert waits == [5, 10, 20, 40, 80, 160, 320, 600]
    webhooks.handle(event.pk)
    assert again(event).outcome == Outcome.DEAD
    webhooks.handle(event.pk)
    assert again(event).tries == len(webhooks.RETRIES) + 1


def test_a_given_up_notice_is_read_again_when_staff_want_it(approved, placed, owner, paypal):
    event = receive(paypal, approved)
    webhooks.finish(event, Outcome.DEAD)
    webhooks.read_again(event, by=owner.user)
    webhooks.sweep()
    assert again(event).outcome == Outcome.HANDLED
    paid_once(paypal, placed)


def test_a_notice_that_breaks_its_readers_is_given_up_and_holds_nobody_up(
    approved, placed, paypal, monkeypatch
):
    poison = receive(paypal, approved, id="WH-POISON")
    good = receive(paypal, approved)
    WebhookEvent.objects.filter(pk=poison.pk).update(tries=len(webhooks.RETRIES) + 1)
    webhooks.sweep()
    assert again(poison).outcome == Outcome.DEAD
    assert again(good).outcome == Outcome.HANDLED
    paid_once(paypal, placed)


def test_the_task_is_safe_to_run_twice(approved, placed, paypal):
    event = receive(paypal, approved)
    for _ in range(2):
        tasks.handle_webhook(event.pk)
    paid_once(paypal, placed)
