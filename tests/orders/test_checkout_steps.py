"""The way of paying and the address for licences: chosen at check-out, shown, placed in one go."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from audit.models import Entry
from catalog import queue, stock
from mail.models import Message
from orders import approval, cheques, steps
from orders.emails import licences_ready
from orders.models import CheckoutDraft, Cheque, Order
from tests.factories import MembershipFactory, ProductFactory, ProgramFactory, UserFactory
from tests.orders.conftest import fill, place
from tests.orders.paying import again, sound
from tests.orders.test_cheques import allow, used
from tests.orders.test_pages import agree

CHEQUE, PAYPAL = Order.Method.CHEQUE, Order.Method.PAYPAL
OTHER = "licences@elsewhere.example"


@pytest.fixture
def product(db):
    product = ProductFactory(fee="40.00")
    stock.open_with(product, 5)
    return again(product)


@pytest.fixture
def staff(db):
    return UserFactory(is_staff=True)


@pytest.fixture
def allowed(owner, basket, staff):
    """The owner's cart, where a cheque may be chosen."""
    return allow(owner.organization, staff)


def url(name, owner):
    return reverse(f"orders:{name}", args=[owner.organization.number])


def codes(refused):
    return [reason.code for reason in refused.value.error_list]


# The way of paying


def test_a_cheque_is_chosen_at_check_out_and_ordered_in_one_go(as_member, owner, allowed, product):
    page = as_member.get(url("checkout", owner), follow=True)
    assert "Step 1 of 2: How you pay" in page.text
    assert "No product is promised" in page.text
    page = as_member.post(url("checkout_payment", owner), {"method": CHEQUE}, follow=True)
    assert "Cheque, by mail" in page.text
    assert "Order and send a cheque of $40.00" in page.text
    page = as_member.post(url("checkout", owner), agree(page), follow=True)
    assert "Remittance slip for a cheque" in page.text

    order, cheque = Order.objects.get(), Cheque.objects.get()
    assert (order.method, order.status, cheque.order) == (CHEQUE, "awaiting_payment", order)
    assert order.hold_until == cheques.last_moment(owner.organization, order.placed_at)
    assert again(product).stock == 5
    assert used(order) == 1
    letter = Message.objects.get(kind__in=["orders/placed", "orders/cheque"])
    assert (letter.kind, letter.to) == ("orders/cheque", [owner.user.email])
    assert set(Entry.objects.about(order).values_list("action", flat=True)) == {
        "order.placed",
        "order.by_cheque",
    }
    sound()


def test_the_way_of_paying_can_be_changed_before_ordering(as_member, owner, allowed, paypal):
    as_member.post(url("checkout_payment", owner), {"method": CHEQUE})
    page = as_member.get(url("checkout", owner))
    assert url("checkout_payment", owner) in page.text
    page = as_member.post(url("checkout_payment", owner), {"method": PAYPAL}, follow=True)
    assert "Order and pay $40.00" in page.text
    as_member.post(url("checkout", owner), agree(page))
    assert Order.objects.get().method == PAYPAL
    assert not Cheque.objects.exists()


def test_a_page_that_shows_another_way_of_paying_orders_nothing(as_member, owner, allowed):
    page = as_member.post(url("checkout_payment", owner), {"method": PAYPAL}, follow=True)
    as_member.post(url("checkout_payment", owner), {"method": CHEQUE})
    page = as_member.post(url("checkout", owner), agree(page), follow=True)
    assert "changed in another window" in page.text
    assert not Order.objects.exists()


@pytest.mark.parametrize("posted", [{}, {"method": ""}, {"method": "gold"}])
def test_a_way_of_paying_must_be_chosen(as_member, owner, allowed, posted):
    page = as_member.post(url("checkout_payment", owner), posted)
    assert page.status_code == 422
    assert page.text.count('class="error-summary"') == 1
    assert not CheckoutDraft.objects.exists()


def test_when_cheques_are_no_longer_taken_the_page_says_so_before_ordering(
    as_member, owner, allowed, staff
):
    page = as_member.post(url("checkout_payment", owner), {"method": CHEQUE}, follow=True)
    cheques.disallow(allowed.pk, by=staff)
    shown = as_member.post(url("checkout", owner), agree(page), follow=True)
    assert "changed in another window" in shown.text
    assert "Order and pay $40.00" in shown.text
    assert not Order.objects.exists()


def test_where_there_is_no_choice_there_is_no_step(as_member, owner, basket, staff):
    def is_asked():
        return as_member.get(url("checkout_payment", owner)).status_code == 200

    assert not is_asked()
    permission = allow(owner.organization, staff)
    assert is_asked()
    partners = ProductFactory(program=ProgramFactory(approval="partner"))
    fill(owner, partners)
    assert not is_asked()  # it is chosen when the partner has said yes
    cheques.disallow(permission.pk, by=staff)
    assert not is_asked()


def test_nothing_to_pay_needs_no_cheque(as_member, owner, staff):
    allow(owner.organization, staff)
    fill(owner, ProductFactory(fee=0))
    page = as_member.get(url("checkout", owner))
    assert "Order, with nothing to pay" in page.text


def test_the_service_refuses_a_cheque_that_may_not_be_chosen(owner, basket, product, staff):
    def refused():
        with pytest.raises(ValidationError) as refusal:
            place(basket, method=CHEQUE)
        assert not Order.objects.exists()
        assert again(product).stock == 5
        return codes(refusal)

    assert refused() == ["not_allowed"]
    allow(owner.organization, staff)
    MembershipFactory(organization=owner.organization)  # the last administrator stays
    grants = owner.role.grants
    type(owner.role).objects.filter(pk=owner.role_id).update(
        grants={name: reach for name, reach in grants.items() if name != "orders.pay"}
    )
    assert refused() == ["may_not_pay"]
    type(owner.role).objects.filter(pk=owner.role_id).update(grants=grants)
    fill(owner, ProductFactory(program=ProgramFactory(approval="partner")))
    assert refused() == ["needs_partner"]


def test_the_same_attempt_by_cheque_places_once(basket, allowed, product):
    attempt = basket.attempt
    first = place(basket, attempt=attempt, method=CHEQUE)
    assert place(basket, attempt=attempt, method=CHEQUE) == first
    assert Cheque.objects.count() == 1
    assert again(product).stock == 5


def test_a_cheque_that_was_chosen_at_check_out_arrives_and_clears(basket, allowed, product, staff):
    order = place(basket, method=CHEQUE)
    cheques.receive(order.cheque.pk, number="0012", by=staff)
    assert again(product).stock == 4
    cheques.clear(order.cheque.pk, by=staff)
    assert again(order).status == Order.Status.PAID
    sound()


def test_packs_held_for_a_cheque_go_on_to_the_next_in_the_queue(owner, product, staff):
    """Whoever orders by cheque gives up the hold: the cheque may never come."""
    allow(owner.organization, staff)
    stock.correct(product, -5, by=staff, reason="Counted")
    first = queue.join(owner.organization, product, quantity=1, by=owner.user)
    next_ = MembershipFactory()
    second = queue.join(next_.organization, product, quantity=1, by=next_.user)
    stock.restock(again(product), 1, by=staff, reason="Shipment")
    assert queue.offer(product.pk, why_not=lambda place: []) == 1
    place(fill(owner, product), method=CHEQUE)
    assert (again(first).status, again(product).stock) == ("used", 1)
    queue.offer(product.pk, why_not=lambda place: [])
    assert (again(second).status, again(product).stock) == ("offered", 0)
    sound()


def test_what_a_partner_approved_may_be_paid_by_cheque_then(as_member, owner, staff):
    allow(owner.organization, staff)
    order = place(fill(owner, ProductFactory(program=ProgramFactory(approval="partner"))))
    approval.approve(order.pk, by=staff)
    page = reverse("orders:detail", args=[owner.organization.number, order.number])
    assert "Pay by cheque" in as_member.get(page).text
    assert cheques.announce(order.pk, by=owner.user)
    sound()


# The address for licences


def test_licences_go_to_the_address_on_file_unless_another_is_given(as_member, owner, allowed):
    as_member.post(url("checkout_payment", owner), {"method": CHEQUE})
    page = as_member.get(url("checkout", owner))
    assert f"To {owner.organization.email}, your organization’s address" in page.text
    page = as_member.get(url("checkout_licences", owner))
    assert page.context["form"]["licence_email"].value() == owner.organization.email

    page = as_member.post(url("checkout_licences", owner), {"licence_email": OTHER}, follow=True)
    assert f"To {OTHER} and to you. {owner.organization.email}, your" in page.text
    as_member.post(url("checkout", owner), agree(page))
    order = Order.objects.get()
    assert order.licence_email == OTHER
    assert (
        OTHER
        in as_member.get(
            reverse("orders:detail", args=[owner.organization.number, order.number])
        ).text
    )


def test_an_address_for_licences_must_be_one(as_member, owner, basket):
    page = as_member.post(url("checkout_licences", owner), {"licence_email": "licences@"})
    assert page.status_code == 422
    assert page.text.count('class="error-summary"') == 1
    assert "valid email" in page.text
    assert not CheckoutDraft.objects.exists()


@pytest.mark.parametrize("typed", ["", "OWN"])
def test_no_other_address_is_the_one_on_file(as_member, owner, basket, typed):
    typed = typed and owner.organization.email.upper()
    as_member.post(url("checkout_licences", owner), {"licence_email": OTHER})
    as_member.post(url("checkout_licences", owner), {"licence_email": typed})
    order = place(basket, draft=steps.of(basket))
    assert order.licence_email == owner.organization.email
    assert not Message.objects.filter(kind="orders/licences_elsewhere").exists()


def test_the_organization_is_told_of_another_address_at_once_and_of_the_licences(
    as_member, owner, basket
):
    own = owner.organization.email
    steps.save_licences(basket, OTHER)
    order = place(basket, draft=steps.of(basket))
    told = Message.objects.get(kind="orders/licences_elsewhere")
    assert told.to == [own]
    assert OTHER in told.text
    licences_ready(order)
    letters = Message.objects.filter(kind="orders/licences_ready")
    assert {letter.to[0] for letter in letters} == {own, OTHER, owner.user.email}


def test_what_was_chosen_for_one_order_is_not_chosen_for_the_next(basket, allowed, owner, product):
    steps.save_licences(basket, OTHER)
    steps.save_method(basket, CHEQUE)
    place(basket, method=CHEQUE, draft=steps.of(basket))
    fill(owner, product)
    draft = steps.of(basket)
    assert (draft.method, draft.licence_email) == ("", "")


def test_an_orders_address_stays_when_the_organizations_changes(basket, owner):
    order = place(basket)
    before = order.licence_email
    type(owner.organization).objects.update(email="new@maison.example")
    licences_ready(again(order))
    letters = Message.objects.filter(kind="orders/licences_ready")
    assert before in {letter.to[0] for letter in letters}


def test_the_new_steps_take_at_most_twelve_queries(
    as_member, owner, allowed, django_assert_max_num_queries
):
    as_member.post(url("checkout_payment", owner), {"method": CHEQUE})
    for name in ("checkout_payment", "checkout_licences", "checkout"):
        as_member.get(url(name, owner))
        with django_assert_max_num_queries(12):
            assert as_member.get(url(name, owner)).status_code == 200
