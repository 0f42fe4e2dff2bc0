"""Limits against a cart: what is said, and that the offered fixes are enough."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.eligibility import Facts, judge
from catalog.terms import Limit, Version
from orders.demands import Demand, Line
from orders.limits import Use
from orders.overruns import refusals

NOW = datetime(2026, 11, 16, 17, tzinfo=UTC)
YES = judge(Version(date(2020, 1, 1)), Facts(), on=date(2026, 11, 16))


def limit(metric, window, scope="program", **bounds):
    return Limit.from_data({"metric": metric, "scope": scope, "window": window, **bounds})


def line(product, quantity, group="", pack=1, fee="10.00"):
    return Line(product, f"P{product}", f"P{product}", group, quantity, pack, Decimal(fee), None)


def use(sku="P1", units=1, order=1, group="", fees="10.00", day=date(2026, 9, 1)):
    at = datetime(day.year, day.month, day.day, 17, tzinfo=UTC)
    return Use(order, sku, group, units, Decimal(fees), at)


def demand(lines, limits, uses=()):
    return Demand("office", "Office", YES, tuple(lines), tuple(limits), tuple(uses))


YEAR = {"fiscal_year": "07-01"}


@pytest.mark.parametrize(
    ("rule", "uses", "lines", "text", "fixes"),
    [
        (
            limit("units", YEAR, max=50),
            [use(units=47)],
            [line(1, 5)],
            "You ask for 5 in all, and your quota leaves 3 of 50 until July 1, 2027.",
            [("reduce", 3)],
        ),
        (
            limit("units", YEAR, max=50),
            [use(units=50)],
            [line(1, 1)],
            "You ask for 1 in all, and your quota leaves 0 of 50 until July 1, 2027.",
            [("remove", None)],
        ),
        (
            limit("units", "order", max=5),
            [],
            [line(1, 2, pack=4)],
            "You ask for 8 in all, and one order holds at most 5.",
            [("reduce", 1)],
        ),
        (
            limit("units", "order", min=5),
            [],
            [line(1, 2)],
            "One order holds at least 5; you ask for 2.",
            [("raise", 5)],
        ),
        (
            limit("orders", "lifetime", max=1),
            [use()],
            [line(1, 1)],
            "Office can be ordered once only, and your organization has ordered it.",
            [("remove", None)],
        ),
        (
            limit("products", YEAR, max=1),
            [],
            [line(1, 1), line(2, 1)],
            "Different products of Office: you ask for 2 more, and your quota leaves 1 of 1 until "
            "July 1, 2027.",
            [("remove", None)],
        ),
        (
            limit("fees", YEAR, max="100.00"),
            [use(fees="75.50")],
            [line(1, 3)],
            "You ask for $30 in all, and your quota leaves $24.50 of $100 until July 1, 2027.",
            [("reduce", 2)],
        ),
        (
            limit("units", {"months": 12, "rolling": True}, max=1),
            [use(day=date(2026, 2, 3))],
            [line(1, 1)],
            "You ask for 1 in all, and your quota leaves 0 of 1 until February 3, 2027.",
            [("remove", None)],
        ),
    ],
)
def test_a_broken_limit_says_its_numbers_and_offers_what_fits(rule, uses, lines, text, fixes):
    found = list(refusals(demand(lines, [rule], uses), at=NOW))
    assert found[0].messages == [text]
    assert [(r.fix.act, r.fix.quantity) for r in found] == fixes


def test_the_first_lines_keep_what_is_left():
    rule = limit("units", YEAR, max=10)
    found = list(refusals(demand([line(1, 6), line(2, 6), line(3, 1)], [rule]), at=NOW))
    assert [(r.product, r.fix.act, r.fix.quantity) for r in found] == [
        (2, "reduce", 4),
        (3, "remove", None),
    ]


def test_title_groups_that_were_chosen_before_cost_nothing():
    rule = limit("title_groups", YEAR, max=1)
    cart = demand([line(1, 3, "office"), line(2, 1, "visio")], [rule], [use(group="office")])
    assert [r.product for r in refusals(cart, at=NOW)] == [2]


LIMITS = st.builds(
    lambda metric, scope, window, most: limit(metric, window, scope, max=most),
    st.sampled_from(["units", "products", "title_groups", "orders"]),
    st.sampled_from(["program", "title_group", "product"]),
    st.sampled_from([YEAR, "order", "lifetime", {"months": 24, "from": "first_order"}]),
    st.integers(1, 6),
)
GROUPS = st.sampled_from(["", "a", "b"])
LINES = st.lists(
    st.tuples(st.integers(1, 8), GROUPS, st.integers(1, 3)), min_size=1, max_size=4
).map(lambda rows: [line(n, q, g, p) for n, (q, g, p) in enumerate(rows)])
USES = st.lists(
    st.builds(
        use, st.sampled_from(["P0", "P1", "P9"]), st.integers(1, 4), st.integers(1, 3), GROUPS
    ),
    max_size=4,
)


@given(LINES, LIMITS, USES)
def test_with_the_fixes_made_the_limit_holds(lines, rule, uses):
    fixes = {r.product: r.fix for r in refusals(demand(lines, [rule], uses), at=NOW)}
    kept = [
        replace(one, quantity=fixes[one.product].quantity) if one.product in fixes else one
        for one in lines
        if one.product not in fixes or fixes[one.product].act == "reduce"
    ]
    assert list(refusals(demand(kept, [rule], uses), at=NOW)) == []
