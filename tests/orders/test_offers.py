"""Offers: the queue is offered what it may order, and an order uses what is held."""

import pytest
from django.core.exceptions import ValidationError

from catalog import queue, stock
from catalog.models import Product, QueuePlace
from mail.models import Message
from orders import offers
from portal.invariants import breaches
from tests.factories import MembershipFactory, UserFactory
from tests.orders.conftest import fill, limited, place
from tests.orders.test_checkout import FIVE


@pytest.fixture
def gone(db):
    """A product of a program with five a year, of which nothing is left."""
    product = limited(FIVE)
    stock.open_with(product, 0)
    product.refresh_from_db()
    return product


def back(product, packs=1):
    product.refresh_from_db()
    stock.restock(product, packs, by=UserFactory(is_staff=True), reason="Shipment")


def wait(membership, product, quantity=1):
    organization = membership.organization
    return queue.join(organization, product, quantity=quantity, by=membership.user)


def test_an_order_uses_what_is_held_though_others_wait(gone, owner):
    mine = wait(owner, gone, 2)
    wait(MembershipFactory(), gone, 1)
    back(gone, 2)
    assert offers.offer_due() == 1

    order = place(fill(owner, gone, 2))

    mine.refresh_from_db()
    assert mine.status == "used"
    assert Product.objects.get(pk=gone.pk).stock == 0
    kinds = gone.stock_entries.order_by("pk").values_list("kind", "change")
    assert list(kinds)[-3:] == [("held", -2), ("released", 2), ("taken", -2)]
    assert order.lines.get().quantity == 2
    assert [
        b for b in breaches() if "held" in b.invariant.code or "stock" in b.invariant.code
    ] == []


def test_what_is_held_for_one_is_not_for_another(gone, owner):
    wait(owner, gone)
    back(gone)
    offers.offer_due()
    with pytest.raises(ValidationError) as refused:
        place(fill(MembershipFactory(), gone))
    assert [r.code for r in refused.value.error_list] == ["out_of_stock"]


def test_who_is_not_in_the_queue_is_told_so_before_the_offer(gone, owner):
    wait(MembershipFactory(), gone)
    back(gone)
    with pytest.raises(ValidationError) as refused:
        place(fill(owner, gone))
    assert [r.code for r in refused.value.error_list] == ["out_of_stock"]


def test_the_quota_is_asked_when_packs_are_offered(gone, owner):
    late = wait(owner, gone, 6)
    after = wait(MembershipFactory(), gone)
    back(gone, 6)
    assert offers.offer_due() == 1
    late.refresh_from_db()
    assert late.status == "refused"
    assert QueuePlace.objects.get(pk=after.pk).status == "offered"
    assert "5" in Message.objects.get(kind="catalog/passed_over").text


def test_whoever_is_no_longer_qualified_is_passed_over(gone, owner):
    mine = wait(owner, gone)
    type(owner.organization).objects.update(qualified_until=None)
    back(gone)
    assert offers.offer_due() == 0
    mine.refresh_from_db()
    assert mine.status == "refused"
