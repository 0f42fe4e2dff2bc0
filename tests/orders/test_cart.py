from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from orders import cart
from orders.models import CartItem
from tests.factories import ProductFactory, ProgramFactory
from tests.orders.conftest import fill, limited


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


def test_the_rest_of_a_line_waits_for_an_order_of_its_own(owner, product):
    fill(owner, product, 12)
    cart.split(owner, product.slug, keep=5)
    items = CartItem.objects.filter(cart__membership=owner).order_by("is_set_aside")
    assert [(i.quantity, i.is_set_aside) for i in items] == [(5, False), (7, True)]
    cart.split(owner, product.slug, keep=2)
    assert sorted(items.values_list("quantity", flat=True)) == [2, 10]


def test_what_is_in_both_lists_becomes_one_line_again(owner, product):
    fill(owner, product, 12)
    cart.split(owner, product.slug, keep=5)
    cart.bring_back(owner, product.slug)
    assert lines(owner) == {product.sku: (12, False)}
    cart.split(owner, product.slug, keep=5)
    cart.set_aside(owner, product.slug)
    assert lines(owner) == {product.sku: (12, True)}


def test_each_list_is_changed_by_itself(owner, product):
    fill(owner, product, 12)
    cart.split(owner, product.slug, keep=5)
    fill(owner, product, 1)
    cart.change(owner, product.slug, quantity=8)
    assert cart.remove(owner, product.slug, is_set_aside=True).quantity == 7
    assert lines(owner) == {product.sku: (8, False)}


def test_adding_takes_six_statements(owner, product, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):  # of which BEGIN and COMMIT; the cart is new
        cart.add(owner, product, quantity=1)
    with django_assert_max_num_queries(6):
        cart.add(owner, product, quantity=1)


def test_what_changed_since_it_was_added_is_said(as_member, owner):
    program = ProgramFactory()
    product = ProductFactory(program=program, fee="25.00")
    item = fill(owner, product).items.get()
    item.added_at = timezone.now() - timedelta(days=60)
    item.save()
    program.versions.create(
        effective=(timezone.now() - timedelta(days=9)).date(),
        criteria=[{"fact": "qualified_months", "min": 0}],
    )
    product.fee = 30
    product.save()
    address = f"/en/o/{owner.organization.number}/cart/"
    page = as_member.get(address).text
    assert "The fee was $25 when you added it; it is $30 now." in page
    assert f"The rules of {program.name} changed on" in page
    cart.change(owner, product.slug, quantity=2)
    assert "The fee was" not in as_member.get(address).text


def test_a_button_moves_the_rest_to_its_own_order(as_member, owner):
    five = {"metric": "units", "scope": "program", "max": 5, "window": "order"}
    product = limited(five)
    fill(owner, product, 8)
    address = f"/en/o/{owner.organization.number}/cart/"
    page = as_member.get(address).text
    assert "Order 5 now, move 3 to an order of their own" in page
    url = f"{address}line/{product.slug}/"
    as_member.post(url, {"quantity": 5, "act": "split"})
    page = as_member.get(address).text
    assert "Everything in your cart can be ordered." in page
    as_member.post(url, {"list": "aside", "act": "remove"})
    assert lines(owner) == {product.sku: (5, False)}
