"""Ordering and membership: only members order, also when their right goes in mid-checkout."""

from threading import Event

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from orders import checkout
from orders.models import Order
from orgs import people
from orgs.models import Membership, Organization, Role, Tenure
from portal.invariants import breaches
from tests.conftest import at_once
from tests.factories import MembershipFactory, ProductFactory
from tests.orders.conftest import fill, place

ORDERING = ("owner", "approver", "buyer")


@pytest.fixture
def owner_and_buyer(transactional_db):
    owner = MembershipFactory()
    return owner, MembershipFactory(organization=owner.organization, role_code="buyer")


def remove(owner, buyer):
    return people.remove(buyer.pk, organization=owner.organization, by=owner.user)


def demote(owner, buyer):
    viewer = Role.objects.get(code="viewer", organization=None)
    return people.change_role(buyer.pk, organization=owner.organization, role=viewer, by=owner.user)


def had_the_right(order):
    """Whether the buyer was a member who may order at that moment."""
    return Tenure.objects.filter(
        user=order.placed_by, role__code__in=ORDERING, from_at__lte=order.placed_at
    ).exclude(to_at__lt=order.placed_at)


@pytest.mark.races
@pytest.mark.parametrize("deed", [remove, demote])
def test_whoever_loses_the_right_in_mid_checkout_orders_before_or_not_at_all(owner_and_buyer, deed):
    owner, buyer = owner_and_buyer
    basket = fill(buyer, ProductFactory())

    placed, _ = at_once(lambda: place(basket, by=buyer.user), lambda: deed(owner, buyer))

    if isinstance(placed, ValidationError):
        assert not Order.objects.exists()
    else:
        assert had_the_right(Order.objects.get())
    assert "ordered-by-a-member" not in {b.invariant.code for b in breaches()}


@pytest.mark.races
def test_without_the_lock_a_right_that_is_gone_would_still_order(owner_and_buyer, monkeypatch):
    """Shows that the test above can fail: the role goes between the look and the order."""
    owner, buyer = owner_and_buyer
    basket, looked, gone = fill(buyer, ProductFactory()), Event(), Event()
    manager = type(Organization.objects.all())
    monkeypatch.setattr(manager, "lock", lambda self, *, pk: self.get(pk=pk))
    decide = checkout.decide

    def slowly(*args, **kwargs):
        decision = decide(*args, **kwargs)
        looked.set()
        gone.wait(5)
        return decision

    monkeypatch.setattr(checkout, "decide", slowly)

    def demote_meanwhile():
        looked.wait(5)
        demote(owner, buyer)
        gone.set()

    at_once(lambda: place(basket, by=buyer.user), demote_meanwhile)

    assert Order.objects.exists()
    assert Membership.objects.get(pk=buyer.pk).role.code == "viewer"


def test_a_removed_member_cannot_place_what_they_have_open(client, owner):
    buyer = MembershipFactory(organization=owner.organization, role_code="buyer")
    fill(buyer, ProductFactory())
    client.force_login(buyer.user)
    url = reverse("orders:checkout", args=[owner.organization.number])
    assert client.get(url).status_code == 200
    remove(owner, buyer)
    assert client.post(url, {}).status_code == 404
    assert not Order.objects.exists()


def test_an_order_stays_when_its_buyer_goes(client, owner):
    buyer = MembershipFactory(organization=owner.organization, role_code="buyer")
    order = place(fill(buyer, ProductFactory()), by=buyer.user)
    remove(owner, buyer)
    client.force_login(owner.user)
    url = reverse("orders:detail", args=[owner.organization.number, order.number])
    assert client.get(url).status_code == 200
    assert not [b for b in breaches() if b.invariant.code == "ordered-by-a-member"]
