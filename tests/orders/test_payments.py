"""Payments against the simulator over real HTTP: paid once, whatever happens on the way."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.utils import timezone

from catalog import stock
from orders import cancellation, fold, gateway, payments, webhooks
from orders.gateway import NotSent, OutcomeUnknown, Rejected
from orders.models import Fulfilment, MoneyEntry, Order, Payment
from tests.conftest import at_once
from tests.orders.conftest import fill, limited, place
from tests.orders.paying import (
    again,
    age,
    approve,
    begin,
    captures,
    mails,
    make_due,
    paid_once,
    receive,
    request_ids,
    sound,
    tamper,
)

Status = Payment.Status


@pytest.fixture
def payment(placed, paypal):
    """Begun, and the payer is at PayPal."""
    return begin(placed)


@pytest.fixture
def approved(payment, paypal):
    """Begun, and the payer said yes."""
    paypal.approve(payment.paypal_id)
    return payment


# The main road


def test_a_payer_is_sent_to_paypal_with_the_id_kept(placed, paypal):
    url = payments.start(placed, by=placed.placed_by, language="en")
    payment = placed.payments.get()
    assert url == payment.approve_url
    assert payment.paypal_id in url
    assert (payment.status, payment.amount) == (Status.AWAITING_PAYER, placed.total)


def test_taxes_are_paid_with_the_fees(placed, paypal):
    Order.objects.filter(pk=placed.pk).update(
        total=placed.total + Decimal("1.50"),
        taxes=[{"tax": "gst", "percent": "5", "amount": "1.50"}],
    )
    payments.start(placed, by=placed.placed_by, language="en")
    payment = placed.payments.get()
    assert (payment.status, payment.amount) == (
        Status.AWAITING_PAYER,
        placed.total + Decimal("1.50"),
    )


def test_an_approved_payment_is_captured_once(approved, placed, paypal):
    payments.settle(approved.pk)
    paid_once(paypal, placed)
    assert again(approved).status == Status.CAPTURED
    assert Fulfilment.objects.get().line.order == placed
    assert again(placed).hold_until is None


def test_settling_again_and_again_changes_nothing(approved, placed, paypal):
    for _ in range(4):
        payments.settle(approved.pk)
    paid_once(paypal, placed)
    assert len(paypal.requests("/capture")) == 1


def test_a_payer_who_has_not_decided_is_waited_for(payment, placed):
    payments.settle(payment.pk)
    assert again(payment).status == Status.AWAITING_PAYER
    assert again(placed).status == Order.Status.AWAITING_PAYMENT


def test_pressing_pay_twice_leads_to_one_paypal_order(payment, placed, paypal):
    assert payments.start(placed, by=placed.placed_by, language="fr") == payment.approve_url
    assert len(paypal.simulator.state.data["orders"]) == 1


def test_pressing_pay_after_approving_in_another_tab_pays(approved, placed, paypal):
    with pytest.raises(payments.NotPayable):
        payments.start(placed, by=placed.placed_by, language="en")
    paid_once(paypal, placed)


def test_a_paid_order_is_not_paid_again(approved, placed, paypal):
    payments.settle(approved.pk)
    with pytest.raises(payments.NotPayable):
        payments.start(again(placed), by=placed.placed_by, language="en")
    paid_once(paypal, placed)


# Faults of PayPal and of the line


def test_paypal_down_keeps_the_order_and_the_next_try_uses_the_same_row(placed, paypal):
    paypal.fault("status", 500, path="/v2/checkout/orders$", times=2)
    with pytest.raises(OutcomeUnknown):
        payments.start(placed, by=placed.placed_by, language="en")
    assert placed.payments.get().status == Status.CREATING
    payments.start(placed, by=placed.placed_by, language="en")
    assert placed.payments.get().status == Status.AWAITING_PAYER
    assert len(paypal.simulator.state.data["orders"]) == 1


def test_a_lost_answer_to_the_creation_is_asked_for_once_more(placed, paypal):
    paypal.fault("drop", path="/v2/checkout/orders$", phase="after", method="POST")
    payments.start(placed, by=placed.placed_by, language="en")
    assert len(paypal.simulator.state.data["orders"]) == 1


def test_a_refused_creation_fails_and_another_try_is_a_new_payment(placed, paypal):
    paypal.fault("status", 422, path="/v2/checkout/orders$")
    with pytest.raises(Rejected):
        payments.start(placed, by=placed.placed_by, language="en")
    assert placed.payments.get().status == Status.FAILED
    begin(placed)
    assert [p.status for p in placed.payments.all()] == [Status.AWAITING_PAYER, Status.FAILED]


def test_a_capture_whose_answer_was_lost_is_never_failed(approved, placed, paypal):
    paypal.fault("drop", path=".*/capture", phase="after")
    with pytest.raises(OutcomeUnknown):
        payments.settle(approved.pk)
    assert again(approved).status == Status.CAPTURING
    assert again(placed).status == Order.Status.AWAITING_PAYMENT
    assert len(captures(paypal)) == 1
    make_due(approved)
    payments.sweep()
    paid_once(paypal, placed)


def test_a_capture_that_never_arrived_is_made_by_the_sweep(approved, placed, paypal):
    paypal.fault("status", 503, path=".*/capture")
    with pytest.raises(OutcomeUnknown):
        payments.settle(approved.pk)
    assert captures(paypal) == []
    make_due(approved)
    payments.sweep()
    paid_once(paypal, placed)
    assert len(request_ids(paypal, "/capture")) == 1


def test_a_worker_killed_before_the_call_leaves_a_payment_that_goes_on(approved, placed, paypal):
    truth = gateway.provider().fetch_order(approved.paypal_id)
    assert fold.claim(approved.pk, truth) == 0  # and then the worker dies
    payments.settle(approved.pk)
    paid_once(paypal, placed)


def test_a_worker_killed_after_the_call_leaves_a_payment_that_goes_on(approved, placed, paypal):
    truth = gateway.provider().fetch_order(approved.paypal_id)
    fold.claim(approved.pk, truth)
    gateway.provider().capture(
        approved.paypal_id, reference=approved.reference, generation=0
    )  # and then the worker dies
    payments.settle(approved.pk)
    paid_once(paypal, placed)


def test_the_sweep_asks_later_and_later_while_paypal_is_silent(payment, settings):
    settings.PAYPAL_BASE_URL = "http://127.0.0.1:9"
    gateway.provider.cache_clear()
    waits = []
    for _ in range(8):
        make_due(payment)
        payments.sweep()
        waits.append(round((again(payment).next_check_at - timezone.now()).total_seconds() / 60))
    assert waits == [1, 2, 5, 10, 20, 40, 60, 60]
    assert again(payment).status == Status.AWAITING_PAYER


def test_paypal_says_how_long_to_wait(payment, paypal):
    paypal.fault("status", 429, path="/v2/checkout/orders/")
    Payment.objects.update(checks=0)
    make_due(payment)
    payments.check(payment.pk)
    assert again(payment).next_check_at > timezone.now() + timedelta(seconds=50)


def test_nothing_that_is_not_due_is_asked(payment, paypal):
    before = len(paypal.requests("/v2/"))
    assert payments.sweep() == 0
    assert len(paypal.requests("/v2/")) == before


def test_a_page_waits_only_so_long_for_paypal(payment, paypal):
    paypal.fault("sleep", 1, path="/v2/checkout/orders/")
    with gateway.within(0.3), pytest.raises(OutcomeUnknown):
        payments.settle(payment.pk)
    with gateway.within(0.0), pytest.raises(NotSent):
        payments.settle(payment.pk)


def test_a_capture_unresolved_for_five_hours_is_looked_at_by_people(approved, placed, paypal):
    paypal.fault("status", 500, path=".*/capture")
    with pytest.raises(OutcomeUnknown):
        payments.settle(approved.pk)
    age(approved, timedelta(hours=5, minutes=1))
    payments.settle(approved.pk)
    assert again(approved).status == Status.REVIEW
    assert captures(paypal) == []
    with pytest.raises(payments.NotPayable):
        payments.start(placed, by=placed.placed_by, language="en")


def test_paypal_that_refuses_to_tell_is_looked_at_by_people(payment, paypal):
    paypal.fault("status", 403, path="/v2/checkout/orders/")
    payments.settle(payment.pk)
    assert again(payment).status == Status.REVIEW
    assert again(payment).debug_id


# What the payer's means of payment does


def test_a_declined_card_may_be_tried_again_on_the_same_paypal_order(payment, placed, paypal):
    approve(paypal, payment, "declined")
    payments.settle(payment.pk)
    row = again(payment)
    assert (row.status, row.capture_generation) == (Status.AWAITING_PAYER, 1)
    assert row.detail == "INSTRUMENT_DECLINED"
    assert payments.start(placed, by=placed.placed_by, language="en") == payment.approve_url
    paypal.approve(payment.paypal_id)
    payments.settle(payment.pk)
    paid_once(paypal, placed)


def test_a_decline_whose_answer_was_lost_is_understood(payment, placed, paypal):
    approve(paypal, payment, "declined")
    paypal.fault("drop", path=".*/capture", phase="after")
    with pytest.raises(OutcomeUnknown):
        payments.settle(payment.pk)
    payments.settle(payment.pk)
    assert (again(payment).status, again(payment).capture_generation) == (Status.AWAITING_PAYER, 1)


def test_cards_are_declined_only_so_often(payment, placed, paypal):
    for _ in range(3):
        approve(paypal, payment, "declined")
        payments.settle(payment.pk)
    assert again(payment).status == Status.DECLINED
    assert begin(placed).seq == 2


def test_a_refused_transaction_is_over_and_another_can_be_begun(payment, placed, paypal):
    paypal.approve(payment.paypal_id)
    paypal.fault("status", 422, path=".*/capture", issue="TRANSACTION_REFUSED")
    payments.settle(payment.pk)
    assert again(payment).status == Status.DECLINED
    other = begin(placed)
    paypal.approve(other.paypal_id)
    payments.settle(other.pk)
    paid_once(paypal, placed)


def test_a_declined_capture_is_no_money_though_the_order_is_complete(payment, placed, paypal):
    approve(paypal, payment, "refused")
    payments.settle(payment.pk)
    assert again(payment).status == Status.DECLINED
    assert again(placed).status == Order.Status.AWAITING_PAYMENT
    assert not MoneyEntry.objects.exists()


@pytest.fixture
def pending(payment, paypal):
    """Captured, and PayPal looks at it for days."""
    approve(paypal, payment, "pending")
    payments.settle(payment.pk)
    return again(payment)


def test_a_pending_payment_is_no_money_yet(pending, placed):
    assert pending.status == Status.PENDING
    assert again(placed).status == Order.Status.AWAITING_PAYMENT
    assert mails("payment_pending") == 1
    assert mails("receipt") == 0
    assert not MoneyEntry.objects.exists()


def test_a_pending_payment_keeps_the_order_from_expiring_and_from_another_payment(pending, placed):
    Order.objects.update(hold_until=timezone.now() - timedelta(days=2))
    assert not cancellation.expire(placed.pk)
    with pytest.raises(payments.NotPayable):
        payments.start(placed, by=placed.placed_by, language="en")


def test_a_pending_payment_is_asked_about_hourly_then_six_hourly(pending):
    for old, minutes in ((timedelta(hours=2), 60), (timedelta(days=3), 360)):
        age(pending, old)
        payments.settle(pending.pk)
        wait = again(pending).next_check_at - timezone.now()
        assert round(wait.total_seconds() / 60) == minutes
    assert mails("payment_pending") == 1


def test_a_pending_payment_that_completes_pays_the_order(pending, placed, paypal):
    paypal.settle(pending.capture_id, "COMPLETED")
    payments.settle(pending.pk)
    paid_once(paypal, placed)


def test_a_denied_payment_leaves_a_day_to_pay_otherwise(pending, placed, paypal):
    Order.objects.update(hold_until=timezone.now() - timedelta(days=2))
    paypal.settle(pending.capture_id, "DECLINED")
    payments.settle(pending.pk)
    assert again(pending).status == Status.DENIED
    assert again(placed).hold_until > timezone.now() + timedelta(hours=23)
    assert mails("payment_denied") == 1
    other = begin(placed)
    paypal.approve(other.paypal_id)
    payments.settle(other.pk)
    assert again(placed).status == Order.Status.PAID
    assert again(other).invoice_id != pending.invoice_id


# What is not as we asked


@pytest.mark.parametrize(
    "unit",
    [
        {"amount": {"currency_code": "CAD", "value": "1.00"}},
        {"amount": {"currency_code": "USD", "value": "25.00"}},
        {"custom_id": "somebody else's"},
    ],
)
def test_another_amount_currency_or_reference_is_not_captured(approved, placed, paypal, unit):
    tamper(paypal, approved, **unit)
    payments.settle(approved.pk)
    assert again(approved).status == Status.REVIEW
    assert captures(paypal) == []
    assert again(placed).status == Order.Status.AWAITING_PAYMENT
    with pytest.raises(payments.NotPayable):
        payments.start(placed, by=placed.placed_by, language="en")


def test_money_of_another_amount_is_recognized_and_looked_at(approved, placed, paypal):
    gateway.provider().capture(approved.paypal_id, reference=approved.reference, generation=0)
    taken = captures(paypal)[0]
    taken["amount"] = {"currency_code": "CAD", "value": "1.00"}
    payments.settle(approved.pk)
    assert again(approved).status == Status.REVIEW
    assert str(MoneyEntry.objects.get().amount) == "1.00"
    assert again(placed).status == Order.Status.AWAITING_PAYMENT


def snapshot(payment, **changes):
    plain = {
        "paypal_id": payment.paypal_id,
        "status": "COMPLETED",
        "amount": payment.amount,
        "currency": "CAD",
        "reference": str(payment.reference),
        "capture_id": "CAPTURE-1",
        "capture_status": "COMPLETED",
    }
    return gateway.Snapshot(**(plain | changes))


@pytest.mark.parametrize("word", ["REFUNDED", "PARTIALLY_REFUNDED", "BEWITCHED"])
def test_a_capture_in_a_word_we_do_not_expect_is_looked_at(payment, placed, word):
    fold.apply(payment.pk, snapshot(payment, capture_status=word))
    assert again(payment).status == Status.REVIEW
    assert again(placed).status == Order.Status.AWAITING_PAYMENT


def test_an_order_status_that_is_new_to_us_is_looked_at(payment):
    unknown = snapshot(payment, status="BEWITCHED", capture_id="", capture_status="")
    fold.apply(payment.pk, unknown)
    assert again(payment).status == Status.REVIEW


def test_old_answers_change_nothing(approved, placed, paypal):
    payments.settle(approved.pk)
    for word in ("", "PENDING", "DECLINED", "BEWITCHED"):
        fold.apply(approved.pk, snapshot(approved, capture_status=word, status="APPROVED"))
    fold.refused(approved.pk, Rejected(status=404))
    fold.gone(approved.pk, Rejected(status=404))
    assert again(approved).status == Status.CAPTURED
    paid_once(paypal, placed)


def test_a_second_capture_of_an_order_is_in_the_ledger_and_looked_at(approved, placed, paypal):
    payments.settle(approved.pk)
    second = Payment.objects.create(
        order=placed,
        seq=2,
        amount=placed.total,
        language="en",
        started_by=placed.placed_by,
        paypal_id="SECOND",
        status=Status.AWAITING_PAYER,
    )
    fold.apply(second.pk, snapshot(second, capture_id="CAPTURE-2"))
    assert again(second).status == Status.REVIEW
    assert MoneyEntry.objects.count() == 2
    assert mails("receipt") == 1


def test_the_database_lets_one_payment_of_an_order_take_money(payment, placed):
    Payment.objects.filter(pk=payment.pk).update(status=Status.CAPTURING)
    other = {"order": placed, "seq": 2, "amount": 1, "language": "en"}
    with pytest.raises(IntegrityError):
        Payment.objects.create(**other, started_by=placed.placed_by, status=Status.PENDING)


# Too late


def test_what_paypal_forgot_has_expired_and_another_can_be_begun(payment, placed, paypal):
    paypal.advance(hours=4)
    payments.settle(payment.pk)
    assert again(payment).status == Status.EXPIRED
    assert begin(placed).seq == 2


def test_pay_finds_out_that_paypal_forgot(payment, placed, paypal):
    paypal.advance(hours=4)
    assert payments.start(placed, by=placed.placed_by, language="en") != payment.approve_url


def test_an_order_that_ended_is_not_captured(approved, placed, paypal):
    cancellation.cancel(placed.pk, by=placed.placed_by)
    payments.settle(approved.pk)
    assert again(approved).status == Status.ABANDONED
    assert captures(paypal) == []
    sound()


def late_money(payment, paypal):
    """PayPal captured while we had given up: nobody but the sweep of REVIEW finds it."""
    gateway.provider().capture(payment.paypal_id, reference=payment.reference, generation=0)
    payments.settle(payment.pk)


def expire(order):
    Order.objects.filter(pk=order.pk).update(hold_until=timezone.now())
    assert cancellation.expire(order.pk)


def test_late_money_takes_stock_and_quota_again(approved, placed, product, paypal):
    expire(placed)
    late_money(approved, paypal)
    paid_once(paypal, placed)
    assert again(placed).given_back_at is None
    assert Fulfilment.objects.count() == 1


def test_late_money_takes_the_last_unit_that_is_still_there(product, basket, paypal):
    stock.open_with(product, 1)
    placed = place(basket)
    approved = begin(placed)
    paypal.approve(approved.paypal_id)
    expire(placed)
    assert again(product).stock == 1
    late_money(approved, paypal)
    assert again(product).stock == 0
    paid_once(paypal, placed)


def test_late_money_without_stock_is_a_problem_that_staff_and_buyer_know(product, basket, paypal):
    stock.open_with(product, 1)
    placed = place(basket)
    approved = begin(placed)
    paypal.approve(approved.paypal_id)
    expire(placed)
    stock.correct(again(product), -1, by=placed.placed_by, reason="counted")
    late_money(approved, paypal)
    assert again(placed).status == Order.Status.PAID_UNALLOCATED
    assert again(approved).status == Status.CAPTURED
    assert MoneyEntry.objects.count() == 1
    assert (mails("paid_too_late"), mails("receipt")) == (1, 0)
    assert not Fulfilment.objects.exists()
    sound()


def test_late_money_without_quota_is_a_problem_that_staff_know(owner, paypal):
    product = limited({"metric": "orders", "scope": "program", "max": 1, "window": "lifetime"})
    placed = place(fill(owner, product))
    approved = begin(placed)
    paypal.approve(approved.paypal_id)
    expire(placed)
    place(fill(owner, product))
    late_money(approved, paypal)
    assert again(placed).status == Order.Status.PAID_UNALLOCATED


def test_money_for_a_cancelled_order_does_not_revive_it(approved, placed, paypal):
    cancellation.cancel(placed.pk, by=placed.placed_by)
    late_money(approved, paypal)
    assert again(placed).status == Order.Status.PAID_UNALLOCATED
    assert mails("paid_too_late") == 1
    sound()


def test_a_payment_never_made_is_abandoned_with_its_order(placed, paypal):
    paypal.fault("status", 500, path="/v2/checkout/orders$", times=2)
    with pytest.raises(OutcomeUnknown):
        payments.start(placed, by=placed.placed_by, language="en")
    cancellation.cancel(placed.pk, by=placed.placed_by)
    payments.settle(placed.payments.get().pk)
    assert placed.payments.get().status == Status.ABANDONED


# All at once


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_return_notice_and_sweep_at_once_take_the_money_once(approved, placed, paypal):
    event = receive(paypal, approved)
    make_due(approved)
    found = at_once(
        lambda: payments.settle(approved.pk),
        lambda: payments.settle(approved.pk),
        lambda: webhooks.handle(event.pk),
        payments.sweep,
    )
    assert [f for f in found if isinstance(f, Exception)] == []
    payments.settle(approved.pk)
    paid_once(paypal, placed)
    assert len(request_ids(paypal, "/capture")) == 1


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_answer_would_be_applied_twice(approved, placed, paypal, monkeypatch):
    """Shows that the test above can fail: without the lock both threads read and both apply."""
    gateway.provider().capture(approved.paypal_id, reference=approved.reference, generation=0)
    meet = threading.Barrier(2, timeout=10)

    def unlocked(pk):
        payment = Payment.objects.select_related("order__organization").get(pk=pk)
        meet.wait()
        return payment

    monkeypatch.setattr(fold, "lock", unlocked)
    applied = []
    monkeypatch.setattr("orders.emails.receipt", applied.append)
    at_once(lambda: payments.settle(approved.pk), lambda: payments.settle(approved.pk))
    assert len(applied) == 2


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_pay_pressed_twice_at_once_makes_one_payment(placed, paypal):
    urls = at_once(
        *[lambda: payments.start(placed, by=placed.placed_by, language="en") for _ in range(3)]
    )
    assert len(set(urls)) == 1
    assert placed.payments.count() == 1
    assert len(paypal.simulator.state.data["orders"]) == 1
