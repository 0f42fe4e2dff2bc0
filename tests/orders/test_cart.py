import pytest
from django.core.exceptions import ValidationError

from orders import cart
from orders.models import CartItem
from tests.factories import ProductFactory, ProgramFactory
from tests.orders.conftest import fill


def lines(membership):
    items = CartItem.objects.filter(cart__membership=membership)
    return {item.product.sku: (item.quantity, item.is_set_aside) for item in items}


def test_adding_twice_adds_up(owner, product):
    fill(owner, product, 2)
    fill(owner, product, 3)
    assert lines(owner) == {product.sku: (5, False)}


@pytest.mark.parametrize("quantity", [0, -1, 10_000])
def test_a_quantity_that_no_cart_holds_changes_nothing(owner, product, quantity):
    fill(owner, product, 2)
    with pytest.raises(ValidationError, match="from 1 to 9,999"):
        cart.change(owner, product.slug, quantity=quantity)
    assert lines(owner) == {product.sku: (2, False)}


def test_adding_up_does_not_go_past_what_a_cart_holds(owner, product):
    fill(owner, product, 9_000)
    with pytest.raises(ValidationError):
        fill(owner, product, 1_000)
    assert lines(owner) == {product.sku: (9_000, False)}


def test_what_is_discontinued_does_not_go_in(owner):
    with pytest.raises(ValidationError, match="can no longer be ordered"):
        fill(owner, ProductFactory(status="discontinued"))
    assert lines(owner) == {}


def test_what_was_removed_is_returned_for_the_undo(owner, product):
    fill(owner, product, 4)
    item = cart.remove(owner, product.slug)
    assert (item.product, item.quantity) == (product, 4)
    assert lines(owner) == {}
    assert cart.remove(owner, product.slug) is None


def test_setting_aside_and_back(owner, product):
    fill(owner, product)
    cart.set_aside(owner, product.slug)
    assert lines(owner) == {product.sku: (1, True)}
    cart.bring_back(owner, product.slug)
    assert lines(owner) == {product.sku: (1, False)}


def test_adding_what_was_set_aside_brings_it_back(owner, product):
    fill(owner, product)
    cart.set_aside(owner, product.slug)
    fill(owner, product, 2)
    assert lines(owner) == {product.sku: (3, False)}


def test_keeping_one_program_sets_the_others_aside(owner, product):
    mine = ProductFactory(program=ProgramFactory(slug="mine"))
    fill(owner, product)
    fill(owner, mine)
    cart.keep_only(owner, "mine")
    assert lines(owner) == {product.sku: (1, True), mine.sku: (1, False)}


def test_a_cart_is_one_persons(owner, product, as_member):
    from tests.factories import MembershipFactory

    colleague = MembershipFactory(organization=owner.organization)
    fill(owner, product)
    cart.remove(colleague, product.slug)
    assert lines(owner) == {product.sku: (1, False)}
    assert lines(colleague) == {}
