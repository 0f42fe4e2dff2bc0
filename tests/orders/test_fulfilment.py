"""Fulfilment: owed with the payment, given out once, told once to each reader."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audit.moves import IllegalMove
from mail.models import Message
from orders import fulfilment, key_import, quota, tasks
from orders.models import Fulfilment, LicenseKey, Order
from orders.settlement import mark_paid
from tests.conftest import at_once
from tests.factories import (
    OrderFactory,
    OrderLineFactory,
    ProductFactory,
    ProgramFactory,
    UserFactory,
)
from tests.orders.paying import again, mails

FRIDAY = datetime(2026, 6, 19, 15, tzinfo=UTC)


def pay(order, at=None):
    with transaction.atomic():
        mark_paid(Order.objects.lock(pk=order.pk), by=None, at=at or timezone.now(), note="test")


def stock_keys(product, count, prefix="KEY"):
    key_import.add(product, [f"{prefix}-{product.pk}-{n:05}" for n in range(count)], by=None)


def order_of(product, quantity=1, **fields):
    order = OrderFactory(total=product.fee * quantity, **fields)
    OrderLineFactory(order=order, product=product, quantity=quantity)
    quota.hold(order, order.lines.select_related("product"), at=order.placed_at)
    return order


@pytest.fixture
def certified(db):
    """A product whose certificate people send."""
    return ProductFactory(program=ProgramFactory(delivery="certificate"))


def test_a_paid_order_gets_its_keys_and_two_readers_a_message(product):
    stock_keys(product, 5)
    order = order_of(product, quantity=2, organization__language="fr")
    pay(order)
    assert fulfilment.sweep() == 1
    assert again(order).status == Order.Status.FULFILLED
    assert LicenseKey.objects.filter(line__order=order).count() == 2
    told = {tuple(m.to): m for m in Message.objects.filter(kind="orders/licences_ready")}
    assert set(told) == {(order.placed_by.email,), (order.licence_email,)}
    assert told[order.placed_by.email,].language == "en"
    assert told[order.licence_email,].language == "fr"
    assert "Vos licences" in told[order.licence_email,].subject


def test_no_message_holds_a_key(product):
    stock_keys(product, 1, prefix="SECRET")
    order = order_of(product)
    pay(order)
    fulfilment.sweep()
    for message in Message.objects.all():
        assert "SECRET" not in message.text + message.html + message.subject


def test_one_address_for_both_gets_one_message(product):
    stock_keys(product, 1)
    buyer = UserFactory()
    order = order_of(product, placed_by=buyer, licence_email=buyer.email)
    type(order.organization).objects.update(email=buyer.email)
    pay(order)
    fulfilment.sweep()
    assert mails("licences_ready") == 1


def test_delivering_twice_gives_once(product):
    stock_keys(product, 5)
    order = order_of(product)
    pay(order)
    row = Fulfilment.objects.get()
    assert fulfilment.deliver(row.pk)
    Fulfilment.objects.update(due_at=timezone.now())
    assert not fulfilment.deliver(row.pk)
    tasks.fulfil(row.pk)
    assert LicenseKey.objects.free().count() == 4
    assert mails("licences_ready") == 2


def test_a_line_gets_all_its_keys_or_none(product):
    stock_keys(product, 2)
    order = order_of(product, quantity=3)
    pay(order)
    fulfilment.sweep()
    assert LicenseKey.objects.free().count() == 2
    assert again(order).status == Order.Status.PAID
    assert not Fulfilment.objects.due()
    stock_keys(product, 1, prefix="MORE")
    fulfilment.sweep()
    assert again(order).status == Order.Status.FULFILLED


def test_keys_of_another_product_are_not_given(product):
    stock_keys(ProductFactory(), 3)
    pay(order_of(product))
    fulfilment.sweep()
    assert LicenseKey.objects.free().count() == 3


def test_a_worker_that_dies_leaves_a_line_that_comes_due_again(product, monkeypatch):
    stock_keys(product, 1)
    pay(order_of(product))
    row = Fulfilment.objects.get()
    with monkeypatch.context() as broken:
        broken.setattr(fulfilment, "_give_keys", lambda pk: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            fulfilment.deliver(row.pk)
    assert not Fulfilment.objects.due()
    with time_machine.travel(timezone.now() + fulfilment.LEASE + timedelta(seconds=1)):
        assert fulfilment.sweep() == 1
    assert again(row).status == Fulfilment.Status.DONE


def test_an_order_that_is_not_paid_gets_nothing(product):
    stock_keys(product, 1)
    order = order_of(product)
    row = Fulfilment.objects.create(line=order.lines.get())
    assert not fulfilment.deliver(row.pk)
    assert LicenseKey.objects.free().count() == 1


def test_an_order_is_sent_when_its_last_line_is(product, certified, owner):
    stock_keys(product, 1)
    order = order_of(product)
    OrderLineFactory(order=order, product=certified)
    pay(order)
    fulfilment.sweep()
    assert again(order).status == Order.Status.PAID
    assert mails("licences_ready") == 0
    certificate = Fulfilment.objects.get(line__product=certified)
    fulfilment.send_by_hand(certificate.pk, by=owner.user, note="By post")
    assert again(order).status == Order.Status.FULFILLED
    assert again(certificate).note == "By post"
    assert mails("licences_ready") == 2


def test_people_do_not_send_what_keys_deliver_nor_twice(product, certified, owner):
    for of in (product, certified):
        pay(order_of(of))
    by_key = Fulfilment.objects.get(line__product=product)
    with pytest.raises(ValidationError):
        fulfilment.send_by_hand(by_key.pk, by=owner.user, note="")
    certificate = Fulfilment.objects.get(line__product=certified)
    fulfilment.send_by_hand(certificate.pk, by=owner.user, note="first")
    with pytest.raises(IllegalMove):
        fulfilment.send_by_hand(certificate.pk, by=owner.user, note="second")
    assert again(certificate).note == "first"


@pytest.mark.parametrize(
    ("unit", "most", "day"),
    [
        ("business_days", 3, date(2026, 6, 25)),  # Wednesday is Quebec's national holiday
        ("weeks", 2, date(2026, 7, 3)),
    ],
)
def test_the_promise_is_the_programs_delivery_time(db, unit, most, day):
    program = ProgramFactory(delivery_unit=unit, delivery_from=1, delivery_to=most)
    pay(order_of(ProductFactory(program=program)), at=FRIDAY)
    assert Fulfilment.objects.get().promised_on == day


def test_a_delay_is_told_once(product):
    order = order_of(product)
    pay(order, at=timezone.now() - timedelta(days=30))
    for _ in range(2):
        tasks.fulfil_due.run()
        fulfilment.tell_late(order.pk)
    assert mails("licences_delayed") == 1
    assert Fulfilment.objects.get().told_late_at


def test_what_is_in_time_is_not_told_as_a_delay(product):
    order = order_of(product)
    pay(order)
    assert not fulfilment.tell_late(order.pk)
    assert mails("licences_delayed") == 0


# Sent again


@pytest.fixture
def sent(product):
    stock_keys(product, 1)
    order = order_of(product)
    pay(order)
    fulfilment.sweep()
    return again(order)


def test_staff_send_the_message_again_once_in_ten_minutes(sent):
    fulfilment.resend(sent.pk, by=sent.placed_by, is_staff=True)
    assert mails("licences_ready") == 4
    with pytest.raises(ValidationError, match="few minutes ago"):
        fulfilment.resend(sent.pk, by=sent.placed_by, is_staff=True)
    assert mails("licences_ready") == 4
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        fulfilment.resend(sent.pk, by=sent.placed_by, is_staff=True)
    assert mails("licences_ready") == 6


@pytest.mark.parametrize(("day", "is_sent"), [(25, False), (26, True)])
def test_a_member_sends_it_again_after_five_business_days(product, day, is_sent):
    """Sent on Friday the nineteenth: the fifth business day is the next Friday."""
    stock_keys(product, 1)
    order = order_of(product, organization__province="AB")
    with time_machine.travel(FRIDAY):
        pay(order)
        fulfilment.sweep()
    with time_machine.travel(FRIDAY.replace(day=day)):
        if is_sent:
            fulfilment.resend(order.pk, by=order.placed_by)
        else:
            with pytest.raises(ValidationError, match="again from"):
                fulfilment.resend(order.pk, by=order.placed_by)
    assert mails("licences_ready") == (4 if is_sent else 2)


def test_what_did_not_arrive_is_sent_again_at_once(sent):
    Message.objects.filter(kind="orders/licences_ready").update(dead_at=timezone.now())
    fulfilment.resend(sent.pk, by=sent.placed_by)
    assert mails("licences_ready") == 4
    with pytest.raises(ValidationError, match="few minutes ago"):
        fulfilment.resend(sent.pk, by=sent.placed_by)


def test_what_was_not_sent_is_not_sent_again(product):
    order = order_of(product)
    with pytest.raises(ValidationError):
        fulfilment.resend(order.pk, by=order.placed_by)
    assert mails("licences_ready") == 0


# All at once

RACERS = 4


@pytest.fixture
def crowd(transactional_db):
    """Paid orders of one product, and exactly the keys they need."""
    product = ProductFactory()
    stock_keys(product, RACERS * 2)
    for _ in range(RACERS):
        pay(order_of(product, quantity=2))
    Fulfilment.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    return list(Fulfilment.objects.values_list("pk", flat=True))


@pytest.mark.races
def test_each_key_is_given_once_by_workers_at_once(crowd):
    at_once(*[lambda pk=pk: fulfilment.deliver(pk) for pk in crowd])
    Fulfilment.objects.update(due_at=timezone.now())  # whoever met only locked rows tries again
    fulfilment.sweep()
    assert not LicenseKey.objects.free()
    assert set(Order.objects.values_list("status", flat=True)) == {Order.Status.FULFILLED}
    for line in {key.line for key in LicenseKey.objects.select_related("line")}:
        assert line.license_keys.count() == 2


@pytest.mark.races
def test_one_line_by_workers_at_once_is_given_once(crowd):
    at_once(*[lambda: fulfilment.deliver(crowd[0])] * RACERS)
    assert LicenseKey.objects.exclude(line=None).count() == 2


@pytest.mark.races
def test_without_the_lock_a_key_would_be_given_twice(crowd, monkeypatch):
    """Shows that the tests above can fail: both workers choose the same free keys."""
    meet = threading.Barrier(2, timeout=10)
    chosen = []
    finish = fulfilment.finish

    def unlocked(rows, **how):
        return rows

    def together(row, order, **how):
        chosen.extend(order.lines.get().license_keys.values_list("pk", flat=True))
        finish(row, order, **how)

    class Meeting(type(LicenseKey.objects.free())):
        """Free keys that are read without a lock, by both before either writes."""

        def select_for_update(self, **how):
            return self

        def __getitem__(self, place):
            found = list(super().__getitem__(place))
            meet.wait()
            return found

    monkeypatch.setattr(fulfilment, "finish", together)
    free = LicenseKey.objects.free
    monkeypatch.setattr(LicenseKey.objects, "free", lambda: with_class(free(), Meeting))
    at_once(*[lambda pk=pk: fulfilment.deliver(pk) for pk in crowd[:2]])
    assert len(chosen) > len(set(chosen))


def with_class(rows, kind):
    rows.__class__ = kind
    return rows
