"""Refunds against the simulator over real HTTP: decided by two, paid once, and given back once."""

from datetime import timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from catalog import stock
from mail.models import Message
from orders import (
    fulfilment,
    key_import,
    paying_back,
    payments,
    refund_desk,
    refunds,
    webhooks,
)
from orders.gateway import OutcomeUnknown
from orders.models import LicenseKey, MoneyEntry, Order, Payment, QuotaEntry, Refund
from tests.conftest import at_once
from tests.factories import ProductFactory, ProgramFactory, UserFactory
from tests.orders.conftest import fill, place
from tests.orders.paying import again, begin, post, sound

Status = Refund.Status


@pytest.fixture
def product(db):
    program = ProgramFactory(refund="uninstalled", refund_days=60)
    product = ProductFactory(program=program, fee="40.00")
    stock.open_with(product, 10)
    return again(product)


@pytest.fixture
def sent(owner, product, paypal):
    """An order of two packs, paid and delivered by key."""
    key_import.add(product, ["AAAA-1111", "BBBB-2222"], by=None)
    return paid(place(fill(owner, product, 2)), paypal)


@pytest.fixture
def quinn(db):
    return UserFactory(is_staff=True)


@pytest.fixture
def fay(db):
    return UserFactory(is_staff=True)


def paid(order, paypal):
    payment = begin(order)
    paypal.approve(payment.paypal_id)
    payments.settle(payment.pk)
    fulfilment.sweep()
    return again(order)


def ask(order, **fields):
    said = {"reason": "Wrong product", "is_unused": True, "by": order.placed_by}
    lines = [line.pk for line in order.lines.all()]
    return refunds.request(order.pk, **{"lines": lines} | said | fields)


def granted(order, by):
    return refunds.approve(ask(order).pk, by=by)


def refunds_at(paypal):
    return list(paypal.simulator.state.data["refunds"].values())


def bring(client, paypal, only="PAYMENT."):
    """Every notice of refunds that PayPal has, brought to the site and read."""
    for headers, raw in paypal.notices(only=only):
        post(client, headers, raw)
    webhooks.sweep()


def refunded_once(paypal, order):
    """One refund at PayPal and in our ledger, everything given back, and nothing broken."""
    order = again(order)
    assert order.status == Order.Status.REFUNDED
    assert [r["amount"]["value"] for r in refunds_at(paypal)] == [f"{order.total:.2f}"]
    assert MoneyEntry.objects.get(kind="refund").amount == order.total
    assert not LicenseKey.objects.filter(line__order=order, revoked_at=None).exists()
    assert QuotaEntry.objects.filter(line__order=order, kind="give_back").count() == 1
    sound()


# The main road


def test_a_granted_refund_goes_back_to_the_capture_once(sent, quinn, paypal):
    refund = granted(sent, quinn)
    assert refund.status == Status.SENDING
    for _ in range(2):
        paying_back.settle(refund.pk)
    refunded_once(paypal, sent)
    assert Message.objects.filter(kind="orders/refund").count() == 3


def test_the_sweep_pays_what_nobody_sent(sent, quinn, paypal):
    granted(sent, quinn)
    assert paying_back.sweep() == 1
    assert paying_back.sweep() == 0
    refunded_once(paypal, sent)


@pytest.mark.parametrize("phase", ["before", "after"])
def test_a_lost_answer_is_asked_for_again_under_the_same_id(sent, quinn, paypal, phase):
    refund = granted(sent, quinn)
    paypal.fault("drop", phase=phase, method="POST", path=".*/refund", times=1)
    paying_back.check(refund.pk)
    assert again(refund).status == Status.SENDING
    Refund.objects.update(next_check_at=timezone.now())
    paying_back.sweep()
    refunded_once(paypal, sent)


def test_a_notice_of_the_refund_whose_answer_was_lost_ends_it(sent, quinn, paypal, client):
    refund = granted(sent, quinn)
    paypal.fault("drop", phase="after", method="POST", path=".*/refund", times=1)
    with pytest.raises(OutcomeUnknown):
        paying_back.settle(refund.pk)
    bring(client, paypal, "PAYMENT.CAPTURE.REFUNDED")
    refunded_once(paypal, sent)


def test_repeated_notices_change_nothing(sent, quinn, paypal, client):
    paying_back.settle(granted(sent, quinn).pk)
    bring(client, paypal, "PAYMENT.CAPTURE.REFUNDED")
    refunded_once(paypal, sent)


def test_a_pending_refund_ends_when_paypal_says_so(sent, quinn, paypal, client):
    paypal.scenario("refund_pending", order=sent.payments.get().capture_id)
    refund = paying_back.settle(granted(sent, quinn).pk)
    assert (refund.status, again(sent).status) == (Status.PENDING, Order.Status.FULFILLED)
    paypal.settle_refund(refund.paypal_refund_id)
    bring(client, paypal, "PAYMENT.CAPTURE.REFUNDED")
    refunded_once(paypal, sent)


def test_a_refund_that_fails_later_is_owed_and_goes_by_cheque(sent, quinn, fay, paypal, client):
    paypal.scenario("refund_pending", order=sent.payments.get().capture_id)
    refund = paying_back.settle(granted(sent, quinn).pk)
    paypal.settle_refund(refund.paypal_refund_id, "FAILED")
    bring(client, paypal, "PAYMENT.REFUND.FAILED")
    assert again(refund).status == Status.FAILED
    assert not MoneyEntry.objects.filter(kind="refund").exists()
    refund_desk.to_cheque(refund.pk, by=fay)
    refund_desk.mailed(refund.pk, by=fay, number="1207")
    assert again(sent).status == Order.Status.REFUNDED
    bring(client, paypal)  # old notices come again
    sound()


def test_a_failed_refund_is_sent_again_as_another_request(sent, quinn, fay, paypal, client):
    paypal.scenario("refund_pending", order=sent.payments.get().capture_id)
    refund = paying_back.settle(granted(sent, quinn).pk)
    paypal.settle_refund(refund.paypal_refund_id, "FAILED")
    paying_back.settle(refund.pk)
    paypal.scenario("refund_completed", order=sent.payments.get().capture_id)
    refund_desk.try_again(refund.pk, by=fay)
    bring(client, paypal, "PAYMENT.REFUND.FAILED")  # of the first try
    assert paying_back.settle(refund.pk).status == Status.COMPLETED
    assert [r["status"] for r in refunds_at(paypal)] == ["FAILED", "COMPLETED"]
    sound()


# After 180 days


def test_after_180_days_a_cheque_is_mailed(sent, quinn, fay, paypal):
    Payment.objects.update(captured_at=timezone.now() - timedelta(days=181))
    refund = granted(sent, quinn)
    assert (refund.means, refund.status) == (Refund.Means.CHEQUE, Status.CHEQUE_DUE)
    refund_desk.mailed(refund.pk, by=fay, number="1208")
    assert again(sent).status == Order.Status.REFUNDED
    assert refunds_at(paypal) == []
    assert MoneyEntry.objects.get(kind="refund").external_id == "cheque 1208"
    sound()


def test_when_paypal_says_that_it_is_too_late_a_cheque_is_mailed(sent, quinn, paypal):
    paypal.advance(hours=24 * 181)
    refund = paying_back.settle(granted(sent, quinn).pk)
    assert (refund.status, refund.detail) == (Status.CHEQUE_DUE, "REFUND_TIME_LIMIT_EXCEEDED")
    sound()


def test_one_cheque_pays_one_refund(sent, quinn, fay):
    Payment.objects.update(captured_at=timezone.now() - timedelta(days=181))
    refund = granted(sent, quinn)
    MoneyEntry.objects.create(
        payment=refund.payment, kind="refund", amount=1, currency="CAD", external_id="cheque 7"
    )
    with pytest.raises(ValidationError, match="cheque 7"):
        refund_desk.mailed(refund.pk, by=fay, number=" 7 ")


# Who decides


def test_who_asked_does_not_decide(sent):
    with pytest.raises(ValidationError, match="Somebody else"):
        refunds.approve(ask(sent).pk, by=sent.placed_by)


def test_above_the_limit_two_people_decide(sent, quinn, fay, settings, paypal):
    settings.REFUND_TWO_PEOPLE_ABOVE = Decimal("79.99")
    refund = granted(sent, quinn)
    assert refund.status == Status.APPROVED_ONCE
    assert not sent.lines.exclude(given_back_at=None).exists()
    with pytest.raises(ValidationError, match="second person"):
        refunds.approve(refund.pk, by=quinn)
    refunds.approve(refund.pk, by=fay)
    paying_back.settle(refund.pk)
    refunded_once(paypal, sent)


def test_the_database_knows_the_two_people_too(sent, quinn, settings):
    settings.REFUND_TWO_PEOPLE_ABOVE = Decimal("79.99")
    refund = granted(sent, quinn)
    for wrong in (
        {"second_by": quinn},
        {"second_by": sent.placed_by},
        {"status": Status.CHEQUE_DUE},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Refund.objects.filter(pk=refund.pk).update(**wrong)


def test_a_declined_line_can_be_asked_for_again(sent, quinn):
    with pytest.raises(ValidationError, match="Tell the buyer why"):
        refunds.decline(ask(sent).pk, by=quinn, answer=" ")
    refunds.decline(Refund.objects.get().pk, by=quinn, answer="It was activated.")
    assert ask(sent).seq == 2
    assert "activated" in Message.objects.filter(kind="orders/refund")[1].text


def test_a_withdrawn_request_changes_nothing(sent):
    refund = ask(sent)
    for _ in range(2):
        refunds.withdraw(refund.pk, by=sent.placed_by)
    assert again(sent).status == Order.Status.FULFILLED
    sound()


# What is given back


def test_what_was_sent_is_back_in_stock_only_when_it_can_be_offered_again(sent, quinn, product):
    granted(sent, quinn)
    assert again(product).stock == 8


def test_returned_goods_are_back_in_stock(sent, quinn, product):
    refunds.approve(ask(sent).pk, by=quinn, goods_came_back=True)
    assert again(product).stock == 10
    sound()


def test_what_was_never_sent_is_back_in_stock_and_never_will_be(owner, product, quinn, paypal):
    order = paid(place(fill(owner, product, 2)), paypal)
    granted(order, quinn)
    assert again(product).stock == 10
    key_import.add(product, ["AAAA-1111", "BBBB-2222"], by=None)
    fulfilment.keys_came(product)
    fulfilment.sweep()
    assert LicenseKey.objects.free().count() == 2
    sound()


def test_a_part_is_refunded_by_line_and_the_rest_stays(owner, product, quinn, paypal):
    other = ProductFactory(program=product.program, fee="10.00")
    key_import.add(product, ["AAAA-1111"], by=None)
    key_import.add(other, ["CCCC-3333"], by=None)
    fill(owner, other)
    order = paid(place(fill(owner, product)), paypal)
    line = order.lines.get(product=other)
    refund = refunds.approve(ask(order, lines=[line.pk]).pk, by=quinn)
    paying_back.settle(refund.pk)
    assert again(order).status == Order.Status.FULFILLED
    assert MoneyEntry.objects.get(kind="refund").amount == Decimal("10.00")
    sound()
    paying_back.settle(granted_rest(order, quinn).pk)
    assert again(order).status == Order.Status.REFUNDED
    sound()


def granted_rest(order, by):
    rest = order.lines.filter(given_back_at=None).values_list("pk", flat=True)
    return refunds.approve(ask(order, lines=list(rest)).pk, by=by)


def test_the_last_owed_line_goes_back_and_the_order_is_sent(owner, product, quinn, paypal):
    other = ProductFactory(program=product.program, fee="10.00")
    key_import.add(product, ["AAAA-1111"], by=None)
    fill(owner, other)
    order = paid(place(fill(owner, product)), paypal)
    assert order.status == Order.Status.PAID
    refunds.approve(ask(order, lines=[order.lines.get(product=other).pk]).pk, by=quinn)
    assert again(order).status == Order.Status.FULFILLED
    sound()


def test_a_line_is_refunded_once(sent, quinn):
    ask(sent)
    with pytest.raises(ValidationError, match="in a refund already"):
        ask(sent)


def test_a_rule_that_forbids_it_is_told_and_staff_may_except_it(owner, quinn, fay, paypal):
    never = ProductFactory(program=ProgramFactory(refund="none"), fee="5.00")
    order = paid(place(fill(owner, never)), paypal)
    with pytest.raises(ValidationError, match="refunds nothing"):
        ask(order)
    lines = [line.pk for line in order.lines.all()]
    refund = refunds.propose(order.pk, lines=lines, reason="Our mistake", by=quinn)
    assert refund.is_exception
    paying_back.settle(refunds.approve(refund.pk, by=fay).pk)
    assert again(order).status == Order.Status.REFUNDED
    sound()


def test_what_cannot_be_delivered_is_refunded_whatever_the_rule_says(owner, quinn, paypal):
    never = ProductFactory(program=ProgramFactory(refund="none"), fee="5.00")
    order = paid(place(fill(owner, never)), paypal)
    Order.objects.filter(pk=order.pk).update(status="paid_unallocated")
    paying_back.settle(granted(again(order), quinn).pk)
    assert again(order).status == Order.Status.REFUNDED


def test_an_unpaid_order_has_nothing_to_refund(placed):
    with pytest.raises(ValidationError, match="is not paid"):
        ask(placed)


# Money that was given back on PayPal's own pages


def test_money_given_back_at_paypal_is_entered_once_and_looked_at(sent, quinn, paypal, client):
    paypal.refund(sent.payments.get().capture_id, "30.00")
    for _ in range(2):
        bring(client, paypal, "PAYMENT.CAPTURE.REFUNDED")
    refund = Refund.objects.get()
    assert (refund.origin, refund.amount, refund.needs_a_look) == ("external", 30, True)
    assert MoneyEntry.objects.get(kind="refund").amount == 30
    sound()


def test_what_paypal_no_longer_has_is_not_refunded_twice(sent, quinn, paypal):
    refund = granted(sent, quinn)
    paypal.refund(sent.payments.get().capture_id)
    assert paying_back.settle(refund.pk).status == Status.FAILED
    assert Refund.objects.filter(origin="external").count() == 1
    sound()


# Races


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_two_colleagues_grant_it_at_once_and_it_is_paid_once(sent, quinn, fay, paypal):
    refund = ask(sent)
    results = at_once(
        lambda: refunds.approve(refund.pk, by=quinn), lambda: refunds.approve(refund.pk, by=fay)
    )
    assert [type(r) for r in results].count(ValidationError) == 1, results
    paying_back.settle(refund.pk)
    refunded_once(paypal, sent)


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_both_would_grant_it(sent, quinn, fay, monkeypatch):
    """Shows that the test above can fail: it makes both threads meet."""
    refund = ask(sent)
    meet = Barrier(2, timeout=10)
    monkeypatch.setattr(refunds, "lock", unlocked)

    def by_cheque(payment, *, at):
        meet.wait()
        return Refund.Means.CHEQUE

    monkeypatch.setattr(refunds, "means_of", by_cheque)
    results = at_once(
        lambda: refunds.approve(refund.pk, by=quinn), lambda: refunds.approve(refund.pk, by=fay)
    )
    assert [type(r) for r in results] == [Refund, Refund]


def unlocked(pk):
    return Refund.objects.select_related("order__organization", "payment").get(pk=pk)


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_the_answer_the_notice_and_the_sweep_meet(sent, quinn, paypal):
    """As R8: two senders, and the list that a notice leads to."""
    refund, payment = granted(sent, quinn), sent.payments.get()
    at_once(
        lambda: paying_back.settle(refund.pk),
        lambda: paying_back.settle(refund.pk),
        lambda: paying_back.reconcile(payment),
    )
    paying_back.sweep()
    refunded_once(paypal, sent)
