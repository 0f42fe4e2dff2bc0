"""Taxed orders at PayPal and back: what is asked adds up, and so does what is given back."""

import itertools
import json
import uuid
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders import paying_back, payments, refunds, taxes
from orders.gateway import Checkout, Item
from orders.models import MoneyEntry
from orders.paypal import bodies
from orgs.vocabulary import PROVINCES
from tests.factories import ProductFactory, ProgramFactory
from tests.orders.conftest import fill, place
from tests.orders.paying import again, captures, sound
from tests.orders.test_refunds import ask, paid, quinn, refunds_at

__all__ = ["quinn"]
D = Decimal
FEES = st.decimals("0.00", "2000.00", places=2)
LINES = st.lists(st.tuples(FEES, st.integers(1, 60)), min_size=1, max_size=8)


@pytest.fixture(autouse=True)
def registered(settings):
    settings.GST_NUMBER, settings.QST_NUMBER = "123456789 RT0001", "1234567890 TQ0001"


@pytest.fixture
def order(owner, paypal):
    """Of three lines in Quebec whose taxes are all rounded, and one that costs nothing; paid."""
    program = ProgramFactory(refund="uninstalled", refund_days=60)
    for fee, quantity in (("8.10", 1), ("3.33", 3), ("0.37", 7), ("0.00", 2)):
        fill(owner, ProductFactory(program=program, fee=fee), quantity)
    return paid(place(owner.cart), paypal)


@given(LINES, st.sampled_from(sorted(PROVINCES)), st.dates(date(2017, 1, 1), date(2035, 1, 1)))
def test_what_paypal_is_asked_adds_up(lines, province, day):
    rates = taxes.in_force(province, day)
    fees = [fee * quantity for fee, quantity in lines]
    charged = [taxes.on_line(one, rates) for one in fees]
    tax = sum((t.amount for line in charged for t in line), start=D("0.00"))
    assert sum(t.amount for t in taxes.together(charged)) == tax
    asked = bodies.order(
        Checkout(
            reference=uuid.uuid4(),
            invoice_id="CA-1",
            amount=sum(fees, start=tax),
            currency="CAD",
            items=[Item("Office", quantity, fee) for fee, quantity in lines if fee],
            language="en",
            brand="Portal",
            return_url="https://portal.example/1",
            cancel_url="https://portal.example/2",
            tax=tax,
        )
    )
    (unit,) = asked["purchase_units"]
    parts = {name: D(part["value"]) for name, part in unit["amount"]["breakdown"].items()}
    items = [D(item["unit_amount"]["value"]) * int(item["quantity"]) for item in unit["items"]]
    assert parts["item_total"] == sum(items)
    assert sum(parts.values()) == D(unit["amount"]["value"]) == sum(fees) + tax


@given(FEES, st.integers(1, 60), st.sampled_from(sorted(PROVINCES)))
def test_each_tax_of_a_line_is_within_half_a_cent_of_its_rate(fee, quantity, province):
    rates = taxes.in_force(province, date(2026, 1, 1))
    for rate, tax in zip(rates, taxes.on_line(fee * quantity, rates), strict=True):
        assert abs(tax.amount - fee * quantity * rate.percent / 100) <= D("0.005")


def test_paypal_is_asked_for_fees_and_taxes_that_make_the_total(order, paypal):
    told = [e for e in paypal.requests(method="POST") if e["path"].endswith("/checkout/orders")]
    amount = json.loads(told[0]["body"])["purchase_units"][0]["amount"]
    assert amount["value"] == f"{order.total:.2f}"
    assert amount["breakdown"]["item_total"]["value"] == f"{order.fees:.2f}"
    assert amount["breakdown"]["tax_total"]["value"] == f"{order.total - order.fees:.2f}"


@pytest.mark.parametrize("turn", list(itertools.permutations(range(3)))[::2])
def test_lines_given_back_one_by_one_give_back_the_total_to_the_cent(order, quinn, paypal, turn):
    lines = [line for line in order.lines.all() if line.fee]
    for place_ in turn:
        line = lines[place_]
        refund = refunds.approve(ask(order, lines=[line.pk]).pk, by=quinn)
        paying_back.settle(refund.pk)
        assert again(refund).amount == line.total + line.tax
        sound()
    assert sum(line.tax for line in lines) == sum(tax.amount for tax in order.charged_taxes)
    back = [entry.amount for entry in MoneyEntry.objects.filter(kind="refund")]
    assert sum(back) == order.total
    assert sum(D(one["amount"]["value"]) for one in refunds_at(paypal)) == order.total
    assert [taken["status"] for taken in captures(paypal)] == ["REFUNDED"]
    sound()


def test_given_back_at_once_it_is_the_total(order, quinn, paypal):
    lines = [line.pk for line in order.lines.all() if line.fee]
    refund = refunds.approve(ask(order, lines=lines).pk, by=quinn)
    paying_back.settle(refund.pk)
    assert again(refund).amount == order.total
    sound()


def test_a_rate_that_changed_since_does_not_change_what_is_given_back(order, quinn, settings):
    settings.QST_NUMBER = ""
    line = order.lines.first()
    refund = refunds.approve(ask(order, lines=[line.pk]).pk, by=quinn)
    assert again(refund).amount == D("8.10") + D("0.41") + D("0.81")


def test_a_payment_is_of_the_total_with_its_taxes(order):
    payment = order.payments.get()
    assert payment.amount == order.total == order.fees + D("3.11")
    assert payments.settle(payment.pk).status == "captured"
