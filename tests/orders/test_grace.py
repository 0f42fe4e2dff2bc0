"""The days of grace: what was in a cart when the rules changed is judged by the earlier ones."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from catalog.models import ProgramVersion
from orders.models import CartItem, Order
from orgs.days import TORONTO
from portal.invariants import breaches
from tests.factories import ProductFactory
from tests.orders.conftest import fill, place

CHANGE = date(2027, 3, 10)
LAST = CHANGE + timedelta(days=4)


def noon(day):
    return datetime.combine(day, datetime.min.time(), tzinfo=TORONTO) + timedelta(hours=12)


@pytest.fixture
def strict(owner):
    """A program that is for Ontario alone from a day on, with five days of grace."""
    product = ProductFactory()
    rules = [{"fact": "province", "in": ["ON"]}]
    ProgramVersion.objects.create(
        program=product.program, effective=CHANGE, criteria=rules, grace_days=5
    )
    return product


@pytest.fixture
def early(owner, strict):
    """A cart that had it the day before."""
    with time_machine.travel(noon(CHANGE - timedelta(days=1)), tick=False):
        return fill(owner, strict, 1)


def test_in_the_days_of_grace_it_is_ordered_and_says_so(client, owner, early):
    with time_machine.travel(noon(LAST), tick=False):
        client.force_login(owner.user)
        page = client.get(reverse("orders:cart", args=[owner.organization.number]))
        assert "March" in page.text and "by the earlier rules" in page.text
        order = place(early)

    kept = order.lines.get().eligibility
    assert kept["eligible"] is True
    assert kept["leave"] == {"kind": "grace", "until": "2027-03-14"}
    assert not any(b.invariant.code == "eligible-when-ordered" for b in breaches())


def test_after_the_last_day_it_is_refused(early):
    refused(early, on=LAST + timedelta(days=1))


def test_what_came_into_the_cart_after_the_change_has_no_grace(owner, early, strict):
    other = ProductFactory(program=strict.program)
    with time_machine.travel(noon(CHANGE), tick=False):
        fill(owner, other, 1)
    assert CartItem.objects.count() == 2
    refused(early, on=CHANGE)


def test_who_had_it_by_neither_rules_has_no_grace(owner, early):
    owner.organization.qualified_until = CHANGE - timedelta(days=1)
    owner.organization.save()
    refused(early, on=CHANGE)


def refused(basket, *, on):
    with time_machine.travel(noon(on), tick=False), pytest.raises(ValidationError) as refusal:
        place(basket)
    assert {error.code for error in refusal.value.error_list} & {"not_eligible", "not_qualified"}
    assert not Order.objects.exists()
