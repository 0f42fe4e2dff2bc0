"""Holding: a stopped order gives nothing and does not expire, and its notes stay with staff."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from catalog.models import Partner
from mail.models import Message
from orders import (
    approval,
    cancellation,
    cheques,
    fulfilment,
    holding,
    partner_file,
    payments,
    shipping,
)
from orders.models import Fulfilment, LicenseKey, Order, Parcel
from tests.conftest import at_once
from tests.factories import ProductFactory, ProgramFactory, UserFactory
from tests.orders.conftest import fill, place
from tests.orders.paying import again, begin, mails, paid_once
from tests.orders.test_admin import change_page, desk  # noqa: F401  # a fixture
from tests.orders.test_fulfilment import order_of, pay, stock_keys

WHY = "CANARY-4711 the address looks invented"


@pytest.fixture
def quinn(db):
    return UserFactory(is_staff=True)


def owed(delivery, **fields):
    """A paid order of one line that is delivered so."""
    product = ProductFactory(program=ProgramFactory(delivery=delivery))
    order = order_of(product, **fields)
    pay(order)
    return order, Fulfilment.objects.get(line__order=order)


def test_a_stopped_order_gets_no_keys_until_it_is_released(product, quinn):
    stock_keys(product, 1)
    order = order_of(product)
    pay(order)
    holding.hold(order.pk, by=quinn, reason=WHY)
    assert fulfilment.sweep() == 0
    row = Fulfilment.objects.get(line__order=order)
    assert not fulfilment._give_keys(row.pk)  # claimed before it was stopped
    assert not LicenseKey.objects.filter(line__order=order).exists()
    assert again(order).status == Order.Status.PAID

    holding.release(order.pk, by=quinn, reason="It is right")
    assert fulfilment.sweep() == 1
    assert again(order).status == Order.Status.FULFILLED


def test_a_stopped_order_is_not_sent_shipped_handed_over_or_approved(quinn, owner):
    certified, by_hand = owed("certificate")
    shipped, by_courier = owed("shipment")
    for order in (certified, shipped):
        holding.hold(order.pk, by=quinn, reason=WHY)
    with pytest.raises(ValidationError, match="is stopped"):
        fulfilment.send_by_hand(by_hand.pk, by=quinn, note="Sent")
    with pytest.raises(ValidationError, match="is stopped"):
        shipping.ship(by_courier.pk, by=quinn, carrier="other", tracking_number="", quantity=1)
    assert not Parcel.objects.exists()
    assert again(by_hand).status == again(by_courier).status == Fulfilment.Status.OWED
    for partner in Partner.objects.all():
        assert not partner_file.to_hand_over(partner).exists()

    awaited = place(fill(owner, ProductFactory(program=ProgramFactory(approval="partner"))))
    holding.hold(awaited.pk, by=quinn, reason=WHY)
    with pytest.raises(ValidationError, match="is stopped"):
        approval.approve(awaited.pk, by=quinn)
    assert again(awaited).status == Order.Status.AWAITING_PARTNER

    for order in (certified, shipped, awaited):
        holding.release(order.pk, by=quinn, reason="It is right")
    fulfilment.send_by_hand(by_hand.pk, by=quinn, note="Sent")
    assert approval.approve(awaited.pk, by=quinn).status == Order.Status.AWAITING_PAYMENT


def test_it_does_not_expire_and_has_the_same_time_left_afterwards(placed, quinn):
    left = timedelta(minutes=10)
    Order.objects.filter(pk=placed.pk).update(hold_until=timezone.now() + left)
    holding.hold(placed.pk, by=quinn, reason=WHY)
    stopped = timezone.now() - timedelta(days=3)
    Order.objects.filter(pk=placed.pk).update(held_at=stopped, hold_until=stopped + left)
    assert not Order.objects.unpaid_too_long().exists()
    assert not cancellation.expire(placed.pk)
    assert again(placed).status == Order.Status.AWAITING_PAYMENT

    holding.release(placed.pk, by=quinn, reason="It is right")
    assert timedelta(minutes=9) < again(placed).hold_until - timezone.now() <= left


@pytest.mark.parametrize(
    ("deed", "status", "reason"),
    [
        (holding.hold, "paid", "  "),
        (holding.hold, "fulfilled", WHY),
        (holding.hold, "cancelled", WHY),
        (holding.release, "paid", WHY),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(placed, quinn, deed, status, reason):
    Order.objects.filter(pk=placed.pk).update(status=status, given_back_at=timezone.now())
    with pytest.raises(ValidationError):
        deed(placed.pk, by=quinn, reason=reason)
    assert again(placed).held_at is None
    assert not Entry.objects.about(placed).filter(action__in=["order.held", "order.released"])


def test_stopping_twice_is_refused_and_the_first_reason_stays(placed, quinn):
    holding.hold(placed.pk, by=quinn, reason=WHY)
    with pytest.raises(ValidationError, match="stopped already"):
        holding.hold(placed.pk, by=quinn, reason="Another")
    assert again(placed).held_because == WHY
    assert Entry.objects.about(placed).filter(action="order.held").count() == 1


def test_no_order_is_stopped_without_a_reason(placed):
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.filter(pk=placed.pk).update(held_at=timezone.now())


def test_staff_read_why_and_the_buyer_reads_that(desk, client, owner, placed, quinn):  # noqa: F811
    def do(deed, reason):
        url = reverse("admin:orders_order_act", args=[placed.pk, deed])
        return desk.post(url, {"reason": reason}, follow=True).text

    assert "Write the reason" in do("hold", " ")
    assert WHY in do("hold", WHY)
    assert "NOTE-CANARY" in do("note", "NOTE-CANARY she calls back on Monday")
    assert "Write the note" in do("note", "")
    for name in ("held", "noted"):
        entry = Entry.objects.about(placed).get(action=f"order.{name}")
        assert entry.by is not None

    client.force_login(owner.user)
    number = owner.organization.number
    for name, args in (
        ("orders:detail", [number, placed.number]),
        ("orders:list", [number]),
        ("orders:statement", [number, placed.number]),
        ("dashboard", [number]),
        ("security_log", [number]),
        ("messages", [number]),
    ):
        text = client.get(reverse(name, args=args), follow=True).text
        assert "CANARY" not in text, name
    assert (
        "stopped it for a check"
        in client.get(reverse("orders:detail", args=[number, placed.number]), follow=True).text
    )


def test_the_buyer_is_told_once_each_time_and_never_why(placed, quinn):
    for _ in range(2):
        holding.hold(placed.pk, by=quinn, reason=WHY)
        with pytest.raises(ValidationError):
            holding.hold(placed.pk, by=quinn, reason=WHY)
        holding.release(placed.pk, by=quinn, reason=WHY)
    assert (mails("held"), mails("released")) == (2, 2)
    told = Message.objects.filter(kind__in=["orders/held", "orders/released"])
    assert {message.to[0] for message in told} == {placed.placed_by.email}
    assert not [m for m in told if "CANARY" in m.subject + m.text + m.html]
    assert "cannot be paid until it goes on" in told.filter(kind="orders/held").first().text
    assert "to pay it" in told.filter(kind="orders/released").first().text


def test_no_payment_of_a_stopped_order_is_begun(client, owner, placed, quinn, paypal):
    client.force_login(owner.user)
    args = [owner.organization.number, placed.number]
    page, pay_page = reverse("orders:detail", args=args), reverse("orders:pay", args=args)
    assert pay_page in client.get(page).text
    holding.hold(placed.pk, by=quinn, reason=WHY)
    text = client.get(page).text
    assert pay_page not in text
    assert "It cannot be paid while our staff have stopped it." in text
    assert "cannot be paid meanwhile" in client.post(pay_page, follow=True).text
    assert not placed.payments.exists()
    with pytest.raises(ValidationError, match="cannot be paid meanwhile"):
        cheques.announce(placed.pk, by=owner.user)
    assert again(placed).method == Order.Method.PAYPAL

    holding.release(placed.pk, by=quinn, reason="It is right")
    assert pay_page in client.get(page).text
    assert begin(placed)


def test_money_that_is_under_way_is_taken_and_the_goods_wait(placed, quinn, paypal):
    payment = begin(placed)
    paypal.approve(payment.paypal_id)
    holding.hold(placed.pk, by=quinn, reason=WHY)
    payments.settle(payment.pk)
    paid_once(paypal, placed)
    assert again(placed).is_held
    assert fulfilment.sweep() == 0


def test_it_goes_on_by_name_and_reason(desk, placed, quinn):  # noqa: F811
    holding.hold(placed.pk, by=quinn, reason=WHY)
    url = reverse("admin:orders_order_act", args=[placed.pk, "release"])
    page = desk.post(url, {"reason": "We spoke to them"}, follow=True).text
    assert "The order goes on." in page
    assert "We spoke to them" in page
    assert again(placed).held_at is None


def test_the_desk_is_for_those_who_may_change_orders(client, placed):
    url = reverse("admin:orders_order_act", args=[placed.pk, "hold"])
    client.force_login(UserFactory(is_staff=True))
    assert client.post(url, {"reason": WHY}).status_code == 403
    assert again(placed).held_at is None


def test_only_known_deeds_by_post(desk, placed):  # noqa: F811
    assert desk.get(reverse("admin:orders_order_act", args=[placed.pk, "hold"])).status_code == 405
    other = reverse("admin:orders_order_act", args=[placed.pk, "cancel"])
    assert desk.post(other, {"reason": WHY}).status_code == 404
    assert desk.get(change_page(placed)).status_code == 200


def stopped_while_keys_are_given(monkeypatch):
    """Staff stop an order between the sweep's look at it and its keys: (order, what staff got)."""
    product, staff = ProductFactory(), UserFactory(is_staff=True)
    stock_keys(product, 1)
    order = order_of(product)
    pay(order)
    looked, stopped = threading.Event(), threading.Event()
    finish = fulfilment.finish

    def slowly(*args, **kwargs):
        looked.set()
        stopped.wait(timeout=1)  # with the lock, staff wait for us
        finish(*args, **kwargs)

    def stop():
        looked.wait(timeout=5)
        try:
            return holding.hold(order.pk, by=staff, reason=WHY)
        finally:
            stopped.set()

    monkeypatch.setattr(fulfilment, "finish", slowly)
    _given, answer = at_once(fulfilment.sweep, stop)
    return again(order), answer


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_stopping_and_giving_come_one_after_the_other(monkeypatch):
    order, answer = stopped_while_keys_are_given(monkeypatch)
    assert order.status == Order.Status.FULFILLED
    assert isinstance(answer, ValidationError)
    assert order.held_at is None


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_a_stopped_order_is_given_out(monkeypatch):
    monkeypatch.setattr(
        "orders.models.order.OrderQuerySet.lock", lambda self, *, pk: self.get(pk=pk)
    )
    order, answer = stopped_while_keys_are_given(monkeypatch)
    assert isinstance(answer, Order)  # staff believe that it is stopped
    assert order.status == Order.Status.FULFILLED
    assert LicenseKey.objects.filter(line__order=order).exists()


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_released_by_two_at_once_it_is_released_once():
    staff = UserFactory(is_staff=True)
    order = order_of(ProductFactory())
    holding.hold(order.pk, by=staff, reason=WHY)
    answers = at_once(
        *(lambda: holding.release(order.pk, by=staff, reason="It is right") for _ in range(4))
    )
    assert sum(isinstance(answer, Order) for answer in answers) == 1
    assert Entry.objects.about(order).filter(action="order.released").count() == 1
