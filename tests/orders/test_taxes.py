"""Taxes of fees: dated rates, each line to the cent, and what the buyer sees and pays."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from orders import taxes
from orders.decision import decide
from portal.invariants import breaches
from tests.factories import MembershipFactory, OrganizationFactory, ProductFactory
from tests.orders.conftest import fill, place

D = Decimal


@pytest.fixture
def registered(settings):
    settings.GST_NUMBER, settings.QST_NUMBER = "123456789 RT0001", "1234567890 TQ0001"


@pytest.mark.parametrize(
    ("province", "day", "rates"),
    [
        ("QC", date(2026, 1, 1), {"gst": D(5), "qst": D("9.975")}),
        ("ON", date(2026, 1, 1), {"hst": D(13)}),
        ("NS", date(2025, 3, 31), {"hst": D(15)}),
        ("NS", date(2025, 4, 1), {"hst": D(14)}),
        ("AB", date(2026, 1, 1), {"gst": D(5)}),
        ("BC", date(2026, 1, 1), {"gst": D(5)}),
        ("NU", date(2026, 1, 1), {"gst": D(5)}),
    ],
)
def test_each_province_has_its_rates_of_the_day(province, day, rates):
    assert {rate.tax: rate.percent for rate in taxes.in_force(province, day)} == rates


def test_every_province_is_taxed_and_no_two_rates_of_a_tax_overlap():
    for province in ["AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"]:
        for year in range(2017, 2031):
            for day in (date(year, 1, 1), date(year, 3, 31), date(year, 4, 1), date(year, 12, 31)):
                found = [rate.tax for rate in taxes.in_force(province, day)]
                assert found
                assert len(found) == len(set(found))
    assert all(rate.source for rate in taxes.rates())


def test_nobody_is_taxed_by_who_is_not_registered(settings):
    settings.GST_NUMBER = settings.QST_NUMBER = ""
    assert taxes.charged("QC", date(2026, 1, 1)) == []
    settings.GST_NUMBER = "123456789 RT0001"
    assert [rate.tax for rate in taxes.charged("QC", date(2026, 1, 1))] == ["gst"]


def test_a_line_is_taxed_to_the_cent_halves_up(registered):
    rates = taxes.charged("QC", date(2026, 1, 1))
    assert [t.amount for t in taxes.on_line(D("8.10"), rates)] == [D("0.41"), D("0.81")]
    both = taxes.together([taxes.on_line(D("8.10"), rates), taxes.on_line(D("8.10"), rates)])
    assert [t.amount for t in both] == [D("0.82"), D("1.62")]


def test_an_order_keeps_its_taxes_and_asks_for_them(registered, owner):
    fill(owner, ProductFactory(fee="10.00"), 3)
    order = place(fill(owner, ProductFactory(fee="8.10")))
    order.refresh_from_db()
    assert [(t.tax, t.amount) for t in order.charged_taxes] == [
        ("gst", D("1.91")),
        ("qst", D("3.80")),
    ]
    assert (order.fees, order.total) == (D("38.10"), D("43.81"))
    assert sum(line.tax for line in order.lines.all()) == D("5.71")
    assert [b for b in breaches() if b.invariant.code == "totals-add-up"] == []


def test_what_costs_nothing_bears_no_tax(registered, owner):
    order = place(fill(owner, ProductFactory(fee=0)))
    assert (order.taxes, order.total) == ([], 0)


def test_the_cart_says_fees_taxes_and_what_is_to_pay(registered, client, db):
    member = MembershipFactory(organization=OrganizationFactory(province="ON"))
    fill(member, ProductFactory(fee="100.00", retail_value="560.00"))
    client.force_login(member.user)
    page = client.get(f"/en/o/{member.organization.number}/cart/").text
    assert "HST, 13%" in page
    assert "$13.00" in page
    assert "$113.00" in page
    assert "Stores would ask about $460.00 more." in page
    page = client.get(f"/fr/o/{member.organization.number}/cart/").text
    assert "TVH, 13\u00a0%" in page
    assert "113,00\u00a0$" in page


def test_a_tax_that_changes_while_a_buyer_looks_is_seen_first(registered, owner, settings):
    fill(owner, ProductFactory())
    before = decide(owner, at=timezone.now()).fingerprint
    settings.QST_NUMBER = ""
    assert decide(owner, at=timezone.now()).fingerprint != before


def test_what_is_to_be_paid_is_a_total_once_it_is_ordered(registered, as_member, owner):
    basket = fill(owner, ProductFactory(fee="10.00"))
    number = owner.organization.number
    assert "<dt>To pay</dt>" in as_member.get(reverse("orders:cart", args=[number])).text

    order = place(basket)

    page = as_member.get(reverse("orders:detail", args=[number, order.number])).text
    assert "<dt>Total</dt>" in page
    assert "<dt>To pay</dt>" not in page
