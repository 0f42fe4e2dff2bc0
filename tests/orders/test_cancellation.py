from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from audit.models import Entry
from audit.moves import IllegalMove
from catalog import stock
from mail.models import Message
from orders import approval, cancellation, quota, settlement, tasks
from orders.models import Order, Payment, QuotaEntry
from tests.conftest import at_once
from tests.factories import MembershipFactory, ProductFactory, ProgramFactory
from tests.orders.conftest import fill, limited, place

FIVE = {"metric": "units", "scope": "program", "max": 5, "window": {"fiscal_year": "07-01"}}


@pytest.fixture
def order(owner):
    """Three packs of something scarce and limited, unpaid."""
    product = limited(FIVE)
    stock.open_with(product, 10)
    return place(fill(owner, product, 3))


def left(order):
    """Stock and quota that are left."""
    product = order.lines.get().product
    ((_p, _i, standing),) = quota.standings(order.organization, as_of=timezone.now())
    return product.stock, standing.left


def paying(order, status):
    return Payment.objects.create(
        order=order,
        seq=1,
        status=status,
        amount=order.total,
        language="en",
        started_by=order.placed_by,
        capture_id="C1" if status == "captured" else None,
    )


def test_cancelling_gives_everything_back_once(order):
    assert left(order) == (7, 2)
    for _ in range(2):
        cancellation.cancel(order.pk, by=order.placed_by, reason="Too many")

    order.refresh_from_db()
    assert (order.status, order.hold_until) == ("cancelled", None)
    assert order.given_back_at is not None
    assert left(order) == (10, 5)
    assert QuotaEntry.objects.filter(kind="give_back").count() == 1
    assert Message.objects.filter(kind="orders/cancelled").count() == 1
    assert Entry.objects.about(order).first().note == "Too many"


@pytest.mark.parametrize("status", ["capturing", "pending", "captured"])
def test_what_is_being_paid_is_not_cancelled(order, status):
    paying(order, status)
    with pytest.raises(ValidationError, match="under way"):
        cancellation.cancel(order.pk, by=order.placed_by)
    order.refresh_from_db()
    assert order.status == "awaiting_payment"
    assert left(order) == (7, 2)


def test_what_is_paid_is_not_cancelled(placed):
    from django.db import transaction

    with transaction.atomic():
        settlement.mark_paid(Order.objects.lock(pk=placed.pk), by=None, at=timezone.now(), note="")
    with pytest.raises(ValidationError, match="no longer be cancelled"):
        cancellation.cancel(placed.pk, by=placed.placed_by)


def test_an_unpaid_order_expires_when_its_hold_is_over(order):
    tasks.expire_unpaid()
    order.refresh_from_db()
    assert order.status == "awaiting_payment"

    Order.objects.update(hold_until=timezone.now() - timedelta(seconds=1))
    for _ in range(2):
        tasks.expire_unpaid()
    order.refresh_from_db()
    assert order.status == "expired"
    assert left(order) == (10, 5)
    assert Message.objects.filter(kind="orders/expired").count() == 1


@pytest.mark.parametrize("status", ["capturing", "pending", "captured"])
def test_what_is_being_paid_does_not_expire(order, status):
    paying(order, status)
    Order.objects.update(hold_until=timezone.now() - timedelta(days=1))
    tasks.expire_unpaid()
    order.refresh_from_db()
    assert order.status == "awaiting_payment"
    assert left(order) == (7, 2)


def test_a_payment_that_only_waits_does_not_stop_the_clock(order):
    paying(order, "awaiting_payer")
    Order.objects.update(hold_until=timezone.now() - timedelta(days=1))
    tasks.expire_unpaid()
    order.refresh_from_db()
    assert order.status == "expired"


@pytest.fixture
def awaited(owner):
    """An order that a partner looks at."""
    product = ProductFactory(program=ProgramFactory(approval="partner", limits=[FIVE]))
    stock.open_with(product, 10)
    return place(fill(owner, product, 3))


def test_the_partners_yes_lets_it_be_paid(awaited, stranger):
    before = timezone.now()
    order = approval.approve(awaited.pk, by=stranger, reason="By telephone")
    assert order.status == "awaiting_payment"
    assert order.hold_until - before >= timedelta(hours=72)
    assert left(order) == (7, 2)
    assert Message.objects.filter(kind="orders/approved").count() == 1
    with pytest.raises(IllegalMove):
        approval.approve(awaited.pk, by=stranger)


def test_the_partners_no_gives_back_and_says_why(awaited, stranger):
    approval.refuse(awaited.pk, by=stranger, reason="Outside the program")
    awaited.refresh_from_db()
    assert awaited.status == "refused"
    assert left(awaited) == (10, 5)
    assert "Outside the program" in Message.objects.get(kind="orders/refused").text


def test_a_no_without_a_reason_changes_nothing(awaited, stranger):
    with pytest.raises(ValidationError, match="Write the reason"):
        approval.refuse(awaited.pk, by=stranger, reason="  ")
    awaited.refresh_from_db()
    assert awaited.status == "awaiting_partner"


def test_what_waits_for_a_partner_expires_when_the_answer_is_too_late(awaited):
    tasks.expire_unpaid()
    awaited.refresh_from_db()
    assert awaited.status == "awaiting_partner"
    Order.objects.update(hold_until=timezone.now() - timedelta(days=1))
    tasks.expire_unpaid()
    awaited.refresh_from_db()
    assert awaited.status == "expired"
    assert left(awaited) == (10, 5)


def test_it_can_be_cancelled_while_the_partner_looks_at_it(awaited):
    cancellation.cancel(awaited.pk, by=awaited.placed_by)
    assert left(awaited) == (10, 5)


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_cancelling_and_expiring_at_once_give_back_once():
    for _ in range(5):
        product = ProductFactory()
        stock.open_with(product, 3)
        order = place(fill(MembershipFactory(), product, 3))
        Order.objects.filter(pk=order.pk).update(hold_until=timezone.now())
        at_once(
            lambda order=order: cancellation.cancel(order.pk, by=order.placed_by),
            lambda order=order: cancellation.expire(order.pk),
            lambda order=order: cancellation.expire(order.pk),
        )
        product.refresh_from_db()
        assert product.stock == 3
