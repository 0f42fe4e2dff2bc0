"""Payment by cheque: allowed, announced, received, cleared or returned; quota held, stock not."""

from datetime import timedelta
from threading import Barrier, Event

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from catalog import stock
from mail.models import Message
from orders import cancellation, cheques, payments, quota, refund_desk, refunds
from orders.models import Cheque, MoneyEntry, Order, Payment
from orgs.days import today
from orgs.staff import ensure_groups
from tests.conftest import at_once
from tests.factories import ProductFactory, ProgramFactory, UserFactory
from tests.orders.conftest import fill, place
from tests.orders.paying import again, sound

Status = Cheque.Status


@pytest.fixture
def product(db):
    product = ProductFactory(fee="40.00", program=ProgramFactory(refund="uninstalled"))
    stock.open_with(product, 5)
    return again(product)


@pytest.fixture
def staff(db):
    return UserFactory(is_staff=True)


@pytest.fixture
def order(owner, product, staff):
    """Of two packs, by an organization that may pay by cheque."""
    allow(owner.organization, staff)
    return place(fill(owner, product, 2))


@pytest.fixture
def announced(order):
    return cheques.announce(order.pk, by=order.placed_by)


def allow(organization, staff, days=30):
    until = today() + timedelta(days=days)
    return cheques.allow(organization, until=until, reason="No card", by=staff)


def url(name, order):
    return reverse(f"orders:{name}", args=[order.organization.number, order.number])


def steps():
    """Which letters about cheques were written, by their keys."""
    keys = Message.objects.filter(kind="orders/cheque").order_by("pk").values_list("key", flat=True)
    return [key.split(":")[2] for key in keys]


def used(order):
    return sum(
        use.units
        for uses in quota.uses(order.organization, as_of=timezone.now()).values()
        for use in uses
        if use.given_back_at is None
    )


def test_who_administers_is_told_once_that_cheques_are_taken(owner, staff):
    permission = allow(owner.organization, staff)
    letters = Message.objects.filter(kind="orders/cheque_allowed")
    assert {one.to[0] for one in letters} == {owner.user.email, owner.organization.email}
    assert all(str(permission.until.year) in one.text for one in letters)


# The main road


def test_an_announced_cheque_holds_quota_and_no_stock(announced, order, product):
    order = again(order)
    assert (order.method, order.status) == ("cheque", Order.Status.AWAITING_PAYMENT)
    assert again(product).stock == 5
    assert used(order) == 2
    assert order.hold_until > timezone.now() + timedelta(days=27)
    assert cheques.announce(order.pk, by=order.placed_by) == announced
    sound()


def test_a_cheque_that_arrives_takes_the_stock_and_pays_when_it_clears(
    announced, order, product, staff
):
    cheques.receive(announced.pk, number="0012", by=staff)
    assert again(product).stock == 3
    assert again(order).status == Order.Status.AWAITING_PAYMENT
    cheques.clear(announced.pk, by=staff)
    assert again(order).status == Order.Status.PAID
    assert MoneyEntry.objects.get().amount == order.total
    assert steps() == ["announced", "received", "cleared"]
    sound()


def test_a_cheque_goes_back_when_the_stock_is_gone(announced, order, product, staff):
    stock.take("other", {product.pk: 4}, by=None)
    cheque = cheques.receive(announced.pk, number="0012", by=staff)
    assert (cheque.status, again(order).status) == (Status.RETURNED, Order.Status.CANCELLED)
    assert again(product).stock == 1
    assert used(order) == 0
    assert steps() == ["announced", "returned"]
    sound()


def test_a_cheque_that_the_bank_refuses_gives_everything_back(announced, order, product, staff):
    cheques.receive(announced.pk, number="0012", by=staff)
    with pytest.raises(ValidationError, match="Tell the buyer why"):
        cheques.give_back(announced.pk, why=" ", by=staff)
    cheques.give_back(announced.pk, why="No funds", by=staff)
    assert again(order).status == Order.Status.CANCELLED
    assert again(product).stock == 5
    assert not MoneyEntry.objects.exists()
    sound()


def test_nothing_is_cleared_twice_or_before_it_came(announced, staff):
    with pytest.raises(ValidationError, match="meanwhile"):
        cheques.clear(announced.pk, by=staff)
    cheques.receive(announced.pk, number="0012", by=staff)
    cheques.clear(announced.pk, by=staff)
    for wrong in (cheques.clear, cheques.receive):
        more = {"number": "1"} if wrong is cheques.receive else {}
        with pytest.raises(ValidationError, match="meanwhile"):
            wrong(announced.pk, by=staff, **more)
    sound()


def test_a_cheque_is_refunded_by_cheque(announced, order, staff):
    cheques.receive(announced.pk, number="0012", by=staff)
    cheques.clear(announced.pk, by=staff)
    lines = [line.pk for line in order.lines.all()]
    asked = refunds.request(order.pk, lines=lines, reason="?", is_unused=True, by=order.placed_by)
    refund = refunds.approve(asked.pk, by=staff)
    assert refund.means == "cheque"
    refund_desk.mailed(refund.pk, by=staff, number="77")
    assert again(order).status == Order.Status.REFUNDED
    sound()


# Who may, and what ends it


def test_only_whom_staff_allow_pays_by_cheque(owner, product, staff):
    order = place(fill(owner, product))
    with pytest.raises(ValidationError, match="cannot pay by cheque"):
        cheques.announce(order.pk, by=owner.user)
    permission = allow(owner.organization, staff)
    with pytest.raises(ValidationError, match="already"):
        allow(owner.organization, staff)
    for _ in range(2):
        cheques.disallow(permission.pk, by=staff)
    with pytest.raises(ValidationError, match="cannot pay by cheque"):
        cheques.announce(order.pk, by=owner.user)
    with pytest.raises(ValidationError, match="over"):
        allow(owner.organization, staff, days=-1)


def test_a_permission_that_ran_out_can_be_given_again(owner, staff):
    permission = allow(owner.organization, staff)
    type(permission).objects.update(until=today() - timedelta(days=1))
    assert not cheques.may_pay_by_cheque(owner.organization)
    allow(owner.organization, staff)
    assert cheques.may_pay_by_cheque(owner.organization)


def test_an_announced_order_is_not_paid_through_paypal_too(announced, order, paypal):
    with pytest.raises(payments.NotPayable):
        payments.start(order, by=order.placed_by, language="en")


def test_a_cheque_that_never_comes_ends_the_order(announced, order, product):
    Order.objects.update(hold_until=timezone.now() - timedelta(minutes=1))
    assert cancellation.expire(order.pk)
    assert again(announced).status == Status.MISSED
    assert again(product).stock == 5
    sound()


def test_the_buyer_cancels_until_the_cheque_is_here(announced, order, product, staff):
    cheques.receive(announced.pk, number="0012", by=staff)
    with pytest.raises(ValidationError, match="under way"):
        cancellation.cancel(order.pk, by=order.placed_by)


def test_an_announced_order_can_be_cancelled(announced, order, product):
    cancellation.cancel(order.pk, by=order.placed_by)
    assert again(announced).status == Status.MISSED
    assert again(product).stock == 5
    sound()


def test_the_buyer_is_told_once_that_the_stock_is_gone(announced, product):
    assert cheques.tell_gone() == 0
    stock.take("other", {product.pk: 4}, by=None)
    assert cheques.tell_gone() == 1
    assert cheques.tell_gone() == 0
    assert steps() == ["announced", "gone"]


# Pages


def test_a_cheque_is_chosen_on_the_orders_page_and_has_its_slip(as_member, order):
    assert "Pay by cheque" in as_member.get(url("detail", order)).text
    page = as_member.post(url("by_cheque", order), follow=True)
    assert "Remittance slip for a cheque" in page.text
    assert f"Order {order.number}" in page.text
    paper = as_member.get(url("slip_paper", order))
    assert paper.content.startswith(b"%PDF-")
    page = as_member.get(url("detail", order))
    assert "Payment by cheque" in page.text
    assert "Pay $" not in page.text


def test_where_it_is_not_allowed_the_page_does_not_offer_it(as_member, owner, product):
    order = place(fill(owner, product))
    assert "Pay by cheque" not in as_member.get(url("detail", order)).text
    page = as_member.post(url("by_cheque", order), follow=True)
    assert "cannot pay by cheque" in page.text
    assert as_member.get(url("slip", order)).status_code == 404


@pytest.fixture
def desk(client, db, settings):
    ensure_groups()
    settings.DEBUG = True  # the second factor of staff has its own tests
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    person = UserFactory(is_staff=True)
    person.groups.add(Group.objects.get(name="fulfilment"))
    client.force_login(person)
    return client


def test_staff_receive_and_clear_a_cheque(desk, announced, order):
    path = reverse("admin:orders_cheque_act", args=[announced.pk])
    page = desk.post(path, {"act": "receive", "number": ""}, follow=True)
    assert "Enter the number" in page.text
    desk.post(path, {"act": "receive", "number": "0012"})
    assert (
        "The bank has paid"
        in desk.get(reverse("admin:orders_cheque_change", args=[announced.pk])).text
    )
    desk.post(path, {"act": "clear"})
    assert again(order).status == Order.Status.PAID


def test_staff_allow_cheques_with_an_end_and_a_reason(desk, owner):
    path = reverse("admin:orders_chequepermission_add")
    said = {"organization": owner.organization.pk, "reason": "No card", "until": "2020-01-01"}
    assert "That day is over" in desk.post(path, said).text
    assert desk.post(path, said | {"until": today() + timedelta(days=9)}).status_code == 302
    assert cheques.may_pay_by_cheque(owner.organization)
    assert "already" in desk.post(path, said | {"until": today() + timedelta(days=9)}).text


# Races


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_a_cheque_that_clears_while_it_is_sent_back_does_one_of_both(announced, order, staff):
    cheques.receive(announced.pk, number="0012", by=staff)
    found = at_once(
        lambda: cheques.clear(announced.pk, by=staff),
        lambda: cheques.give_back(announced.pk, why="Late", by=staff),
    )
    assert sorted(type(x).__name__ for x in found) == ["Cheque", "ValidationError"]
    paid = again(announced).status == Status.CLEARED
    assert again(order).status == (Order.Status.PAID if paid else Order.Status.CANCELLED)


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_a_cheque_would_pay_an_order_that_it_ends(
    announced, order, staff, monkeypatch
):
    """Shows that the test above can fail: both look while it lies there, one writes after both."""
    cheques.receive(announced.pk, number="0012", by=staff)
    meet, cleared = Barrier(2, timeout=10), Event()

    def unlocked(pk):
        cheque = Cheque.objects.select_related("order__organization").get(pk=pk)
        meet.wait()
        return cheque

    def give_back():
        monkeypatch.setattr(cheques, "_return", lambda *a, **k: cleared.wait(10) and back(*a, **k))
        return cheques.give_back(announced.pk, why="Late", by=staff)

    def clear():
        done = cheques.clear(announced.pk, by=staff)
        cleared.set()
        return done

    back = cheques._return
    monkeypatch.setattr(cheques, "lock", unlocked)
    at_once(clear, give_back)
    assert again(order).status == Order.Status.CANCELLED
    assert MoneyEntry.objects.get().amount == order.total


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_a_cheque_that_arrives_as_its_time_ends_is_here_or_is_not_awaited(announced, order, staff):
    Order.objects.update(hold_until=timezone.now())
    at_once(
        lambda: cheques.receive(announced.pk, number="0012", by=staff),
        lambda: cancellation.expire(order.pk),
        lambda: cancellation.expire(order.pk),
    )
    is_here = again(announced).status == Status.RECEIVED
    assert is_here or again(announced).status == Status.MISSED
    assert again(order).status == ("awaiting_payment" if is_here else "expired")
    assert again(order.lines.get().product).stock == (3 if is_here else 5)
    sound()


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_chosen_while_paypal_begins_it_is_one_of_both(order, paypal):
    """A cheque is announced, or a payment is under way: never both."""
    at_once(
        lambda: cheques.announce(order.pk, by=order.placed_by),
        lambda: payments.start(order, by=order.placed_by, language="en"),
    )
    by_cheque = again(order).method == "cheque"
    assert Cheque.objects.exists() == by_cheque
    assert again(order.lines.get().product).stock == (5 if by_cheque else 3)
    assert not (by_cheque and order.payments.filter(status__in=Payment.TAKING).exists())
