"""One decision: the cart's page, the check-out and the order itself give the same reasons; and
whose quota it is, for branches and for limits that were lowered."""

from datetime import date, datetime
from html import unescape

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from catalog import stock
from orders import cart, quota
from orders.decision import decide
from orders.models import Order
from orgs.days import TORONTO
from tests.factories import (
    MembershipFactory,
    OrganizationFactory,
    ProductFactory,
    ProgramFactory,
)
from tests.orders.conftest import fill, limited, place

FIVE = {"metric": "units", "scope": "program", "max": 5, "window": {"fiscal_year": "07-01"}}
ONCE = {"metric": "orders", "scope": "program", "max": 1, "window": "lifetime"}


@pytest.fixture
def everything_wrong(db):
    """A cart against which every rule has something."""
    organization = OrganizationFactory(suspended_on=date(2026, 3, 1))
    member = MembershipFactory(organization=organization)
    scarce, gone = ProductFactory(), ProductFactory()
    stock.open_with(scarce, 2)
    fill(member, scarce, 3)
    fill(member, gone)
    gone.status = "discontinued"
    gone.save()
    fill(member, limited(FIVE), 6)
    poor = ProgramFactory(criteria=[{"fact": "budget", "max": "1.00"}])
    fill(member, ProductFactory(program=poor))
    alone = ProgramFactory(alone_in_cart=True, limits=[FIVE | {"max": 2, "window": "order"}])
    fill(member, ProductFactory(program=alone), 3)
    return member


def refused(basket):
    with pytest.raises(ValidationError) as refusal:
        place(basket)
    return refusal.value.error_list


def said(reasons):
    return [(r.code, r.messages[0], r.product, r.program, r.fix) for r in reasons]


def test_the_cart_the_check_out_and_the_order_give_the_same_reasons(everything_wrong, client):
    member = everything_wrong
    reasons = decide(member, at=timezone.now()).reasons
    assert {r.code for r in reasons} == {
        "not_qualified",
        "out_of_stock",
        "discontinued",
        "over_limit",
        "not_eligible",
        "alone",
    }
    assert said(refused(member.cart)) == said(reasons)
    assert not Order.objects.exists()

    client.force_login(member.user)
    page = client.get(f"/en/o/{member.organization.number}/cart/")
    text = unescape(page.text)
    assert [r.code for r in reasons if str(r.messages[0]) not in text] == []
    assert "restriction engine" not in text.lower()
    sent_back = client.get(f"/en/o/{member.organization.number}/checkout/")
    assert sent_back["Location"] == f"/en/o/{member.organization.number}/cart/"


def test_each_button_takes_its_reason_away(everything_wrong, client):
    """Pressed one after the other until none is left; only the organization itself stays."""
    member = everything_wrong
    client.force_login(member.user)
    base = f"/en/o/{member.organization.number}/cart"
    for _ in range(12):
        decision = decide(member, at=timezone.now())
        fixes = [r for r in decision.reasons if r.fix]
        if not fixes:
            break
        slugs = {item.product_id: item.product.slug for item in decision.items}
        one = fixes[0]
        url = (
            f"{base}/line/{slugs[one.product]}/"
            if one.product
            else f"{base}/program/{one.program}/"
        )
        act = {"reduce": "", "raise": ""}.get(one.fix.act, one.fix.act)
        client.post(url, {"act": act, "quantity": one.fix.quantity or ""})
    assert {r.code for r in decide(member, at=timezone.now()).reasons} <= {"not_qualified", "empty"}


def test_once_in_a_lifetime_is_once(owner):
    product = limited(ONCE)
    place(fill(owner, product))
    (reason,) = refused(fill(owner, product))
    assert "can be ordered once only" in reason.messages[0]


def test_what_was_given_back_may_be_ordered_again(owner):
    product = limited(ONCE)
    order = place(fill(owner, product))
    quota.give_back(order, at=timezone.now())
    assert place(fill(owner, product))


def used_by(organization):
    found = quota.standings(organization, as_of=timezone.now())
    return sum(standing.total for _program, _index, standing in found)


def test_a_limit_below_what_was_used_leaves_nothing_and_takes_nothing_back(owner):
    product = limited(FIVE)
    place(fill(owner, product, 5))
    program = product.program
    program.limits = [FIVE | {"max": 2}]
    program.save()
    ((_program, _index, standing),) = quota.standings(owner.organization, as_of=timezone.now())
    assert (standing.total, standing.left) == (5, 0)
    (reason,) = refused(fill(owner, product))
    assert reason.fix.act == "remove"
    other = fill(owner, ProductFactory())
    cart.remove(owner, product.slug)
    assert place(other)


@pytest.mark.parametrize(("minute", "left"), [((2027, 6, 30, 23, 59), 0), ((2027, 7, 1, 0, 0), 5)])
def test_the_year_ends_at_midnight_in_toronto(owner, minute, left):
    product = limited(FIVE)
    with time_machine.travel(datetime(2026, 7, 1, tzinfo=TORONTO), tick=False):
        place(fill(owner, product, 5))
    with time_machine.travel(datetime(*minute, tzinfo=TORONTO), tick=False):
        ((_p, _i, standing),) = quota.standings(owner.organization, as_of=timezone.now())
        basket = fill(owner, product, 5)
        assert standing.left == left
        assert place(basket) if left else refused(basket)
