"""What tests of orders start from."""

import pytest
from django.utils import timezone

from orders import cart, checkout
from orders.decision import decide
from tests.factories import CartFactory, CartItemFactory, ProductFactory, ProgramFactory


@pytest.fixture
def product(db):
    """One that anybody qualified may order, of a program without limits."""
    return ProductFactory()


@pytest.fixture
def basket(owner, product):
    """The owner's cart with one pack of the product."""
    return CartItemFactory(cart=CartFactory(membership=owner), product=product).cart


@pytest.fixture
def placed(basket):
    """An order that waits for its payment."""
    return place(basket)


def limited(*limits, **fields):
    """A product of a program with these limits."""
    return ProductFactory(program=ProgramFactory(limits=list(limits)), **fields)


def fill(membership, product, quantity=1):
    """A member's cart with so many packs of a product."""
    cart.add(membership, product, quantity=quantity)
    return cart.of(membership)


def place(basket, *, answers=None, attested=None, attempt=None, by=None, seen="", **more):
    """Place the cart's order, agreeing to everything."""
    decision = decide(basket.membership, at=timezone.now())
    everything = {one.name for one in decision.attestations}
    return checkout.place(
        basket,
        by=by or basket.membership.user,
        attempt=attempt or basket.attempt,
        answers=answers or {},
        attested=everything if attested is None else attested,
        language="en",
        seen=seen,
        **more,
    )
