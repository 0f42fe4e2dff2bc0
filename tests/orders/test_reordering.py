"""What was ordered before goes into the cart once more, or is said why it cannot."""

import pytest
from django.urls import reverse

from catalog.models import Product
from orders import cart, reordering
from orders.models import CartItem
from tests.factories import MembershipFactory, ProductFactory, ProgramFactory
from tests.orders.conftest import fill, place
from tests.orders.test_renewals import sent


def url(order, name="again"):
    return reverse(f"orders:{name}", args=[order.organization.number, order.number])


def replace(product, **fields):
    """Another product stands for this one from now on."""
    newer = ProductFactory(program=product.program, **fields)
    product.status, product.replaced_by = Product.Status.DISCONTINUED, newer
    product.save()
    return newer


def in_cart():
    return {item.product: item.quantity for item in CartItem.objects.active()}


@pytest.fixture
def order(owner):
    """Of two products: two packs and three."""
    fill(owner, ProductFactory(), 2)
    return place(fill(owner, ProductFactory(), 3))


def test_an_order_is_put_into_the_cart_as_it_was(as_member, order):
    page = as_member.post(url(order), follow=True)
    assert f"2 products of order {order.number} are in your cart." in page.text
    assert in_cart() == {line.product: line.quantity for line in order.lines.all()}


def test_twice_is_once(as_member, order):
    for _ in range(2):
        as_member.post(url(order))
    assert sorted(in_cart().values()) == [2, 3]


def test_what_the_cart_holds_keeps_its_quantity(as_member, owner, order):
    line = order.lines.first()
    cart.add(owner, line.product, quantity=7)
    as_member.post(url(order))
    assert in_cart()[line.product] == 7


def test_what_was_set_aside_is_brought_back(as_member, owner, order):
    line = order.lines.first()
    cart.add(owner, line.product, quantity=7)
    cart.set_aside(owner, line.product.slug)
    as_member.post(url(order))
    assert in_cart()[line.product] == 7
    assert not CartItem.objects.filter(is_set_aside=True).exists()


def test_one_line_of_an_order_is_ordered_again(as_member, owner):
    row = sent(owner)
    page = as_member.get(url(row.line.order, "detail"))
    assert "counts in your quota" in page.text
    page = as_member.post(url(row.line.order), {"line": row.line.pk}, follow=True)
    assert "1 product of order" in page.text
    assert in_cart() == {row.line.product: 2}


@pytest.mark.parametrize("line", ["0", "x", "-1", "99999999999999999999"])
def test_a_line_of_another_order_is_not_found(as_member, order, line):
    assert as_member.post(url(order), {"line": line}).status_code == 404
    assert not in_cart()


def test_another_organizations_order_is_not_put_into_ones_cart(client, order):
    other = MembershipFactory()
    client.force_login(other.user)
    path = reverse("orders:again", args=[other.organization.number, order.number])
    assert client.post(path).status_code == 404
    assert client.post(path, {"line": order.lines.first().pk}).status_code == 404
    assert not in_cart()


def test_what_is_no_longer_offered_is_named_and_the_rest_goes_in(as_member, order):
    gone, kept = order.lines.all()
    Product.objects.filter(pk=gone.product_id).update(status=Product.Status.DISCONTINUED)
    page = as_member.post(url(order), follow=True)
    assert f"{gone.product} can no longer be ordered." in page.text
    assert in_cart() == {kept.product: kept.quantity}


def test_when_nothing_can_be_ordered_one_stays_on_the_orders_page(as_member, order):
    Product.objects.update(status=Product.Status.DISCONTINUED)
    page = as_member.post(url(order), follow=True)
    assert page.redirect_chain[-1][0] == url(order, "detail")
    assert page.text.count("can no longer be ordered.") == 2
    assert not in_cart()


def test_what_was_set_aside_and_is_gone_stays_aside(as_member, owner, order):
    line = order.lines.first()
    cart.add(owner, line.product, quantity=7)
    cart.set_aside(owner, line.product.slug)
    Product.objects.filter(pk=line.product_id).update(status=Product.Status.DISCONTINUED)
    page = as_member.post(url(order), follow=True)
    assert "can no longer be ordered." in page.text
    assert line.product not in in_cart()


def test_what_replaces_a_product_in_the_end_stands_for_it(as_member, order):
    line = order.lines.first()
    newest = replace(replace(line.product))
    page = as_member.post(url(order), follow=True)
    text = f"{line.name} is no longer offered; what replaces it is in your cart: {newest}."
    assert text in page.text
    assert in_cart()[newest] == line.quantity


def test_two_products_that_became_one_are_counted_together(as_member, order):
    first, second = order.lines.all()
    newer = replace(first.product)
    second.product.status, second.product.replaced_by = Product.Status.DISCONTINUED, newer
    second.product.save()
    as_member.post(url(order))
    assert in_cart() == {newer: 5}


def test_a_replacement_that_is_gone_too_is_not_said_to_be_in_the_cart(as_member, order):
    newer = replace(order.lines.first().product)
    Product.objects.filter(pk=newer.pk).update(status=Product.Status.DISCONTINUED)
    page = as_member.post(url(order), follow=True)
    assert f"{newer} can no longer be ordered." in page.text
    assert "what replaces it" not in page.text


def test_what_is_renewed_at_the_partner_is_not_ordered_here(owner):
    row = sent(owner, "partner")
    done = reordering.again([row.line], owner)
    assert [reason.code for reason in done.refusals] == ["at_partner"]
    assert not in_cart()


def test_a_program_that_is_closed_to_the_organization_is_told_in_the_cart(as_member, owner):
    program = ProgramFactory(criteria=[{"fact": "budget", "max": 900_000}])
    order = place(fill(owner, ProductFactory(program=program)))
    type(owner.organization).objects.update(annual_budget=2_000_000)
    page = as_member.post(url(order), follow=True)
    assert "up to $900,000" in page.text
    assert len(in_cart()) == 1
