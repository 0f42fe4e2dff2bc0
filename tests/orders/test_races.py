"""Races for what is scarce: stock, quota, the limit itself, one attempt. Each with a control twin,
where the guard is off and the harm is done."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from threading import Barrier

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from catalog import stock
from catalog.models import Program
from orders import checkout, decision, quota
from orders.models import Order, OrderLine
from orgs.days import TORONTO
from tests.conftest import at_once
from tests.factories import MembershipFactory, OrganizationFactory, ProductFactory
from tests.orders.conftest import fill, limited, place

FIVE = {"metric": "units", "scope": "program", "max": 5, "window": {"fiscal_year": "07-01"}}
pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]


def buy(*baskets):
    """Everybody places at once, at most twenty at a time as a server would; the answers."""
    return at_once(*(lambda basket=basket: place(basket) for basket in baskets))


def counted(answers):
    """How many were placed and how many refused; anything else fails."""
    odd = [a for a in answers if not isinstance(a, Order | ValidationError)]
    assert odd == []
    placed = sum(isinstance(a, Order) for a in answers)
    return placed, len(answers) - placed


def left(product):
    product.refresh_from_db()
    return product.stock


def test_one_unit_goes_to_one_of_thirty_buyers():
    product = ProductFactory()
    stock.open_with(product, 1)
    answers = buy(*(fill(MembershipFactory(), product) for _ in range(30)))
    assert counted(answers) == (1, 29)
    assert left(product) == 0
    refused = [a for a in answers if isinstance(a, ValidationError)]
    assert {reason.code for a in refused for reason in a.error_list} == {"out_of_stock"}


def test_control_one_unit_without_the_condition_goes_to_many(monkeypatch):
    monkeypatch.setattr(stock, "take", lambda *args, **kwargs: None)
    product = ProductFactory()
    stock.open_with(product, 1)
    placed, _refused = counted(buy(*(fill(MembershipFactory(), product) for _ in range(8))))
    assert placed > 1


def test_ten_units_in_mixed_quantities_are_never_oversold_nor_left_idle():
    product = ProductFactory()
    stock.open_with(product, 10)
    wishes = [1, 2, 3] * 8
    answers = buy(*(fill(MembershipFactory(), product, wish) for wish in wishes))
    counted(answers)
    sold = sum(OrderLine.objects.values_list("quantity", flat=True))
    assert sold == 10 - left(product)
    fitting = [w for w, a in zip(wishes, answers, strict=True) if not isinstance(a, Order)]
    assert min(fitting) > left(product)


def test_control_mixed_quantities_of_a_stock_that_is_read_first_are_oversold(monkeypatch):
    """The peer's mistake: look, then write what was seen less what was taken."""
    meet = Barrier(2)

    def read_then_write(_reference, wanted, *, by, **_more):
        ((pk, quantity),) = wanted.items()
        seen = stock.Product.objects.get(pk=pk).stock
        meet.wait()
        stock.Product.objects.filter(pk=pk).update(stock=seen - quantity)

    monkeypatch.setattr(stock, "take", read_then_write)
    product = ProductFactory()
    stock.open_with(product, 4)
    assert counted(buy(*(fill(MembershipFactory(), product, 3) for _ in range(2)))) == (2, 0)
    assert sum(OrderLine.objects.values_list("quantity", flat=True)) > 4


def colleagues(product, count):
    organization = OrganizationFactory()
    return organization, [
        fill(MembershipFactory(organization=organization), product) for _ in range(count)
    ]


def test_eight_members_of_one_organization_share_a_quota_of_five():
    organization, baskets = colleagues(limited(FIVE), 8)
    assert counted(buy(*baskets)) == (5, 3)
    ((_program, _index, standing),) = quota.standings(organization, as_of=timezone.now())
    assert (standing.total, standing.left) == (5, 0)


def test_control_without_the_lock_eight_members_take_more(monkeypatch):
    monkeypatch.setattr(
        "orgs.models.organization.OrganizationQuerySet.lock", lambda self, *, pk: self.get(pk=pk)
    )
    for _ in range(10):
        _organization, baskets = colleagues(limited(FIVE), 8)
        placed, _refused = counted(buy(*baskets))
        if placed > 5:
            break
    assert placed > 5


def lower_while_ordering(monkeypatch):
    """Staff lower the limit to 1 between a buyer's reading it and the end of the order.

    Returns the order, and how much was used when the lower limit was committed.
    """
    product = limited(FIVE)
    basket = fill(MembershipFactory(), product, 5)
    organization = basket.membership.organization
    program = product.program

    def lower():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '5s'")
            Program.objects.filter(pk=program.pk).update(limits=[FIVE | {"max": 1}])
            used = quota.uses(organization, as_of=timezone.now()).get(program.pk, [])
        connection.close()
        return sum(use.units for use in used)

    with ThreadPoolExecutor(1) as staff:
        read = decision.quota.uses
        waiting = []

        def uses(*args, **kwargs):
            found = read(*args, **kwargs)
            if not waiting:
                waiting.append(None)
                waiting[0] = staff.submit(lower)
                timed = waiting[0]
                # With the lock they wait for us; without it, they are done before us.
                with suppress(TimeoutError):
                    timed.result(timeout=0.5)
            return found

        # Reading through the decision only, so that staff begin once the limit was read.
        monkeypatch.setattr(decision, "quota", _With(decision.quota, uses=uses))
        order = checkout_place(basket)
        return order, waiting[0].result()


class _With:
    """A module with something replaced."""

    def __init__(self, module, **replaced):
        self.__dict__.update(replaced)
        self._module = module

    def __getattr__(self, name):
        return getattr(self._module, name)


def checkout_place(basket):
    return checkout.place(
        basket,
        by=basket.membership.user,
        attempt=basket.attempt,
        answers={},
        attested=set(),
        language="en",
    )


def test_a_limit_that_staff_lower_waits_for_the_order_that_was_decided_by_it(monkeypatch):
    order, used_when_lowered = lower_while_ordering(monkeypatch)
    assert isinstance(order, Order)
    assert used_when_lowered == 5  # the order was there first; the next one meets the new limit
    with pytest.raises(ValidationError):
        place(fill(order.placed_by.memberships.get(), order.lines.get().product))


def test_control_without_the_shared_lock_the_limit_is_lowered_under_the_order(monkeypatch):
    monkeypatch.setattr(decision, "STEADY_ITEMS", decision.ITEMS)
    _order, used_when_lowered = lower_while_ordering(monkeypatch)
    assert used_when_lowered == 0  # the limit of 1 was in force when 5 were committed


@pytest.mark.parametrize(
    ("moment", "placed"), [((6, 30, 23, 59, 59), False), ((7, 1, 0, 0, 0), True)]
)
def test_the_year_turns_at_midnight_in_toronto_for_everybody_at_once(moment, placed):
    product = limited(FIVE)
    member = MembershipFactory()
    with time_machine.travel(datetime(2027, 6, 30, 12, tzinfo=TORONTO), tick=False):
        place(fill(member, product, 5))
    with time_machine.travel(datetime(2027, *moment, tzinfo=TORONTO), tick=False):
        colleague = MembershipFactory(organization=member.organization)
        answers = buy(fill(member, product, 5), fill(colleague, product, 5))
    assert counted(answers) == ((1, 1) if placed else (0, 2))


def test_carts_in_opposite_order_do_not_deadlock():
    products = [ProductFactory() for _ in range(4)]
    for product in products:
        stock.open_with(product, 50)
    for _ in range(3):
        baskets = []
        for number in range(4):
            member = MembershipFactory()
            for product in products if number % 2 else reversed(products):
                basket = fill(member, product)
            baskets.append(basket)
        assert counted(buy(*baskets)) == (4, 0)
    assert [left(product) for product in products] == [38] * 4


def test_control_products_in_the_carts_order_deadlock(monkeypatch):
    monkeypatch.setattr(stock, "sorted", list, raising=False)
    meet, change = Barrier(2), stock._change
    seen = set()

    def slowly(pk, *args, **kwargs):
        done = change(pk, *args, **kwargs)
        reference = kwargs.get("reference")
        if reference not in seen:
            seen.add(reference)
            meet.wait(5)  # both hold their first row
        return done

    products = [ProductFactory(), ProductFactory()]
    for product in products:
        stock.open_with(product, 5)
    monkeypatch.setattr(stock, "_change", slowly)
    baskets = []
    for order in (products, products[::-1]):
        member = MembershipFactory()
        for product in order:
            basket = fill(member, product)
        baskets.append(basket)
    answers = buy(*baskets)
    assert any("deadlock detected" in str(answer) for answer in answers)


def test_one_attempt_twenty_times_at_once_places_once():
    basket = fill(MembershipFactory(), ProductFactory())
    attempt = basket.attempt
    answers = at_once(*[lambda: place(basket, attempt=attempt)] * 20)
    assert {answer.number for answer in answers} == {Order.objects.get().number}


def test_control_without_the_lock_an_attempt_meets_the_constraint(monkeypatch):
    """The database's own guard: a second order of one attempt cannot be written."""
    monkeypatch.setattr(
        "orgs.models.organization.OrganizationQuerySet.lock", lambda self, *, pk: self.get(pk=pk)
    )
    for _ in range(10):
        basket = fill(MembershipFactory(), ProductFactory())
        attempt = basket.attempt
        answers = at_once(*[lambda basket=basket, a=attempt: place(basket, attempt=a)] * 8)
        if any("orders_placed_once_per_attempt" in str(answer) for answer in answers):
            break
    assert any("orders_placed_once_per_attempt" in str(answer) for answer in answers)
    assert Order.objects.filter(attempt=attempt).count() == 1
