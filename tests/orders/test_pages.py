"""The pages of the cart, check-out, orders and quotas, as members of every kind see them."""

import pytest
from django.urls import reverse
from django.utils import timezone

from catalog import stock
from orders import settlement
from orders.models import CartItem, Order, Payment
from tests.factories import MembershipFactory, OrganizationFactory, ProductFactory, ProgramFactory
from tests.orders.conftest import fill, limited, place

FIVE = {"metric": "units", "scope": "program", "max": 5, "window": {"fiscal_year": "07-01"}}
READING = ("list", "quota")
ORDERING = ("cart", "checkout")


def address(name, membership, *more):
    return reverse(f"orders:{name}", args=[membership.organization.number, *more])


def in_cart(membership):
    items = CartItem.objects.filter(cart__membership=membership)
    return {item.product.sku: (item.quantity, item.is_set_aside) for item in items}


# The cart


def test_a_product_goes_into_the_cart(as_member, owner, product):
    page = as_member.post(address("add", owner, product.slug), {"quantity": "3"}, follow=True)
    assert f"{product.name} is in your cart." in page.text
    assert "Everything in your cart can be ordered." in page.text
    assert in_cart(owner) == {product.sku: (3, False)}


@pytest.mark.parametrize("quantity", ["", "0", "-1", "10000", "many", "1e3"])
def test_a_quantity_that_is_none_changes_nothing(as_member, owner, product, quantity):
    fill(owner, product, 2)
    for url in (address("add", owner, product.slug), address("line", owner, product.slug)):
        page = as_member.post(url, {"quantity": quantity}, follow=True)
        assert "Enter a quantity from 1 to 9,999." in page.text
    assert in_cart(owner) == {product.sku: (2, False)}


def test_an_empty_cart_leads_to_the_catalogue(as_member, owner):
    page = as_member.get(address("cart", owner))
    assert reverse("catalog:org_list", args=[owner.organization.number]) in page.text


def test_what_was_emptied_in_another_window_says_so_alone(as_member, owner):
    number = owner.organization.number
    page = as_member.get(reverse("orders:checkout", args=[number]), follow=True)
    assert "Your cart is empty" in page.text
    assert "see what your cart says" not in page.text


def test_a_problem_is_at_its_line_with_a_button_that_mends_it(as_member, owner):
    product = limited(FIVE)
    fill(owner, product, 9)
    page = as_member.get(address("cart", owner))
    assert "your quota leaves 5 of 5 until" in page.text
    assert "Reduce to 5" in page.text
    assert address("checkout", owner) not in page.text

    page = as_member.post(address("line", owner, product.slug), {"quantity": "5"}, follow=True)
    assert address("checkout", owner) in page.text


def test_what_is_removed_can_be_put_back(as_member, owner, product):
    fill(owner, product, 4)
    page = as_member.post(address("line", owner, product.slug), {"act": "remove"}, follow=True)
    assert f"{product.name} was removed." in page.text
    assert in_cart(owner) == {}
    assert 'name="quantity" value="4"' in page.text


@pytest.mark.parametrize("query", ["removed=x", "removed=x&quantity=9", "removed=&quantity=a"])
def test_an_invented_undo_is_ignored(as_member, owner, query):
    assert as_member.get(f"{address('cart', owner)}?{query}").status_code == 200


def test_a_program_for_itself_sets_the_others_aside(as_member, owner, product):
    alone = ProductFactory(program=ProgramFactory(slug="alone", alone_in_cart=True))
    fill(owner, product)
    fill(owner, alone)
    page = as_member.get(address("cart", owner))
    assert "Set the others aside" in page.text

    page = as_member.post(address("program", owner, "alone"), {"act": "only"}, follow=True)
    assert "Everything in your cart can be ordered." in page.text
    assert in_cart(owner) == {product.sku: (1, True), alone.sku: (1, False)}
    as_member.post(address("line", owner, product.slug), {"act": "back"})
    as_member.post(address("program", owner, "alone"), {"act": "drop"})
    assert in_cart(owner) == {product.sku: (1, False), alone.sku: (1, True)}


def test_why_not_is_said_in_the_cart(as_member, owner):
    closed = ProgramFactory(criteria=[{"fact": "budget", "max": 1000}])
    fill(owner, ProductFactory(program=closed))
    page = as_member.get(address("cart", owner))
    assert "up to $1,000" in page.text
    assert "Your file says $500,000." in page.text


def test_the_cart_is_kept_before_qualification(client, product):
    membership = MembershipFactory(organization=OrganizationFactory(unqualified=True))
    client.force_login(membership.user)
    fill(membership, product)
    page = client.get(address("cart", membership))
    assert "Your cart is kept." in page.text
    assert in_cart(membership) == {product.sku: (1, False)}


def test_access_says_who_is_paid_besides(as_member, owner):
    program = ProgramFactory(kind="access")
    fill(owner, ProductFactory(program=program))
    page = as_member.get(address("cart", owner))
    assert f"You will also pay {program.partner.name}" in page.text


# Check-out


def agree(page, **more):
    """The form of a page, with every box ticked."""
    form = page.context["form"]
    data = {name: form[name].value() for name in ("attempt", "seen", "typed")}
    return data | {field.html_name: "on" for field in form.statements} | more


@pytest.fixture
def asking(owner):
    """A product of a partner's program with questions and statements."""
    program = ProgramFactory(slug="asking", approval="partner", attestations=["no_transfer"])
    for place_, (key, kind, more) in enumerate(
        [
            ("ready", "yesno", {"refuse_if": False}),
            ("count", "number", {}),
            ("since", "date", {}),
            (
                "which",
                "choice",
                {
                    "choices": [
                        {"value": "red", "label": {"fr": "Rouge", "en": "Red"}},
                        {"value": "blue", "label": {"fr": "Bleu", "en": "Blue"}},
                    ]
                },
            ),
            ("note", "text", {"required": False}),
        ]
    ):
        program.questions.create(
            key=key, position=place_, type=kind, label_fr=f"{key} ?", label_en=f"{key}?", **more
        )
    product = ProductFactory(program=program)
    fill(owner, product)
    return product


ANSWERS = {
    "q-asking-ready": "yes",
    "q-asking-count": "12",
    "q-asking-since": "2026-01-31",
    "q-asking-which": "blue",
    "q-asking-note": "",
}


def test_the_answers_and_the_statements_are_kept(as_member, owner, asking):
    page = as_member.get(address("checkout", owner), follow=True)
    assert "Step 1 of 2: The partner’s questions" in page.text
    page = as_member.post(address("checkout_questions", owner), ANSWERS, follow=True)
    assert "to pay later" in page.text
    assert "Blue" in page.text
    assert "January 31, 2026" in page.text
    page = as_member.post(address("checkout", owner), agree(page), follow=True)

    order = Order.objects.get()
    assert order.answers == {
        "asking": {"ready": True, "count": 12, "since": "2026-01-31", "which": "blue", "note": ""}
    }
    assert "The partner is looking at it" in page.text
    assert "for our organization’s own work" in page.text
    assert in_cart(owner) == {}


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"q-asking-ready": "no"}, "With this answer, Program asking cannot be ordered"),
        ({"q-asking-ready": ""}, "This field is required."),
        ({"q-asking-count": "a few"}, "Enter a number."),
        ({"q-asking-which": "green"}, "Select a valid choice"),
    ],
)
def test_an_answer_that_will_not_do_is_said_at_its_question(as_member, owner, asking, change, text):
    answer = as_member.post(address("checkout_questions", owner), ANSWERS | change)
    assert answer.status_code == 422
    assert text in answer.text
    assert as_member.get(address("checkout", owner)).status_code == 302


def test_answers_are_saved_while_others_are_missing(as_member, owner, asking):
    as_member.post(address("checkout_questions", owner), ANSWERS | {"q-asking-ready": ""})
    page = as_member.get(address("checkout_questions", owner))
    assert page.context["form"]["q-asking-count"].value() == 12
    assert 'value="2026-01-31"' in page.text


def test_a_statement_that_is_not_ticked_is_said_beside_it(as_member, owner, asking):
    page = as_member.post(address("checkout_questions", owner), ANSWERS, follow=True)
    data = agree(page) | {"a-no_transfer": ""}
    page = as_member.post(address("checkout", owner), data)
    assert page.status_code == 422
    assert "Tick this box to agree" in page.text
    assert not Order.objects.exists()


def test_answers_that_changed_in_another_window_are_looked_at_again(as_member, owner, asking):
    page = as_member.post(address("checkout_questions", owner), ANSWERS, follow=True)
    as_member.post(address("checkout_questions", owner), ANSWERS | {"q-asking-count": "13"})
    page = as_member.post(address("checkout", owner), agree(page), follow=True)
    assert "changed in another window" in page.text
    assert not Order.objects.exists()


def test_the_button_says_what_it_costs(as_member, owner, basket, product):
    page = as_member.get(address("checkout", owner))
    assert "Order and pay $25.00" in page.text
    assert owner.organization.email in page.text


def test_nothing_to_pay_goes_straight_to_the_order(as_member, owner):
    fill(owner, ProductFactory(fee=0))
    page = as_member.get(address("checkout", owner))
    assert "Order, with nothing to pay" in page.text
    data = agree(page)
    first = as_member.post(address("checkout", owner), data)
    order = Order.objects.get()
    assert first.url == address("detail", owner, order.number)
    assert as_member.post(address("checkout", owner), data).url == first.url
    assert Order.objects.count() == 1


def test_a_cart_that_changed_meanwhile_is_looked_at_again(as_member, owner):
    product = ProductFactory(fee=0)
    fill(owner, product)
    data = agree(as_member.get(address("checkout", owner)))
    fill(owner, product)
    page = as_member.post(address("checkout", owner), data, follow=True)
    assert "have changed since you opened this page" in page.text
    assert not Order.objects.exists()


def test_a_cart_with_a_problem_does_not_check_out(as_member, owner, basket, product):
    stock.open_with(product, 0)
    assert as_member.get(address("checkout", owner)).url == address("cart", owner)


# Orders


def test_the_list_shows_where_each_order_is(as_member, owner, placed):
    page = as_member.get(address("list", owner))
    assert str(placed.number) in page.text
    assert "Awaiting payment" in page.text


def test_an_order_says_where_it_is_and_can_be_cancelled(as_member, owner, placed):
    page = as_member.get(address("detail", owner, placed.number))
    assert "It is kept for you until" in page.text
    url = address("cancel", owner, placed.number)
    assert url in page.text
    assert f"Cancel order {placed.number}?" in as_member.get(url).text

    page = as_member.post(url, {"reason": "Mistake"}, follow=True)
    assert f"Order {placed.number} is cancelled." in page.text
    assert url not in page.text
    assert as_member.get(url).status_code == 302


def test_an_order_being_paid_is_not_cancelled(as_member, owner, placed):
    Payment.objects.create(
        order=placed,
        seq=1,
        status="capturing",
        amount=placed.total,
        language="en",
        started_by=owner.user,
    )
    assert (
        address("cancel", owner, placed.number)
        not in as_member.get(address("detail", owner, placed.number)).text
    )
    page = as_member.post(address("cancel", owner, placed.number), follow=True)
    assert "under way" in page.text
    placed.refresh_from_db()
    assert placed.status == "awaiting_payment"


def test_a_paid_order_says_when_it_comes(as_member, owner, placed):
    from django.db import transaction

    with transaction.atomic():
        settlement.mark_paid(Order.objects.lock(pk=placed.pk), by=None, at=timezone.now(), note="")
    page = as_member.get(address("detail", owner, placed.number))
    assert "we are preparing it" in page.text
    assert "Promised for" in page.text


def test_the_quota_page_shows_what_is_used_and_when_it_starts_over(as_member, owner):
    place(fill(owner, limited(FIVE), 3))
    page = as_member.get(address("quota", owner))
    assert "3 of 5" in page.text
    assert "Held for unpaid orders: 3." in page.text
    assert "Starts over on July 1," in page.text


# Everybody


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_pages_speak_both_languages(as_member, owner, placed, product, language):
    fill(owner, product)
    urls = [address(name, owner) for name in (*READING, *ORDERING)]
    urls += [address(name, owner, placed.number) for name in ("detail", "cancel")]
    for url in urls:
        page = as_member.get(f"/{language}{url[3:]}")
        assert page.status_code == 200
        assert f'lang="{language}' in page.text


def test_no_page_asks_more_than_twelve_queries(as_member, owner, django_assert_max_num_queries):
    for _ in range(3):
        order = place(fill(owner, limited(FIVE, FIVE | {"scope": "product"}), 2))
    for _ in range(3):
        fill(owner, limited(FIVE), 2)
    urls = [address(name, owner) for name in (*READING, *ORDERING)]
    for url in [*urls, address("detail", owner, order.number)]:
        as_member.get(url)  # content types are remembered
        with django_assert_max_num_queries(12):
            assert as_member.get(url).status_code == 200


def test_a_viewer_reads_orders_and_orders_nothing(client, placed, product):
    viewer = MembershipFactory(organization=placed.organization, role_code="viewer")
    client.force_login(viewer.user)
    assert [client.get(address(n, viewer)).status_code for n in READING] == [200, 200]
    assert [client.get(address(n, viewer)).status_code for n in ORDERING] == [403, 403]
    page = client.get(address("detail", viewer, placed.number))
    assert page.status_code == 200
    assert address("cancel", viewer, placed.number) not in page.text
    posts = [
        address("add", viewer, product.slug),
        address("line", viewer, product.slug),
        address("program", viewer, product.program.slug),
        address("checkout", viewer),
        address("cancel", viewer, placed.number),
    ]
    assert [client.post(url, {"quantity": 1}).status_code for url in posts] == [403] * 5
    placed.refresh_from_db()
    assert placed.status == "awaiting_payment"


def test_a_stranger_does_not_learn_that_anything_exists(client, owner, stranger, placed, product):
    client.force_login(stranger)
    urls = [address(name, owner) for name in (*READING, *ORDERING)]
    urls += [address(name, owner, placed.number) for name in ("detail", "cancel")]
    assert {client.get(url).status_code for url in urls} == {404}
    assert client.post(address("add", owner, product.slug), {"quantity": 1}).status_code == 404
    assert client.post(address("cancel", owner, placed.number)).status_code == 404


def test_another_organizations_order_is_not_found(client, placed):
    other = MembershipFactory()
    client.force_login(other.user)
    for name in ("detail", "cancel"):
        assert client.get(address(name, other, placed.number)).status_code == 404
    assert client.post(address("cancel", other, placed.number)).status_code == 404
    placed.refresh_from_db()
    assert placed.status == "awaiting_payment"
